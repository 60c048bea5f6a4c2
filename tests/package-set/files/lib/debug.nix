{ lib }:
rec {
  traceIf = condition: message: x: if condition then builtins.trace message x else x;
  traceValFn = f: x: builtins.trace (f x) x;
  traceVal = traceValFn lib.id;

  # The tests that fail; each is `{ expr, expected }`.
  runTests =
    tests:
    lib.concatLists (
      lib.attrValues (
        lib.mapAttrs (
          name: test:
          if (lib.substring 0 4 name == "test" || lib.elem name (tests.tests or [ ])) && test.expr != test.expected then
            [
              {
                inherit name;
                inherit (test) expected;
                result = test.expr;
              }
            ]
          else
            [ ]
        ) tests
      )
    );
}
