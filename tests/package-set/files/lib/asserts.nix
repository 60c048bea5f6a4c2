{ lib }:
rec {
  # Fails with a message instead of a place.
  assertMsg = condition: message: condition || builtins.throw message;
  assertOneOf =
    name: value: allowed:
    assertMsg (lib.elem value allowed) "${name} must be one of ${lib.generators.toPretty { } allowed}, but is: ${lib.generators.toPretty { } value}";
  assertEachOneOf =
    name: values: allowed:
    assertMsg (lib.all (value: lib.elem value allowed) values) "each of ${name} must be one of ${lib.generators.toPretty { } allowed}";
}
