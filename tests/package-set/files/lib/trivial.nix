{ lib }:
let
  inherit (builtins) isFunction functionArgs;
  inherit (lib.trivial) warn;
in
{
  id = x: x;
  const = x: _: x;
  pipe = builtins.foldl' (value: function: function value);
  concat = x: y: x ++ y;
  or = x: y: x || y;
  and = x: y: x && y;
  xor = x: y: (!x) != (!y);
  boolToString = b: if b then "true" else "false";
  mergeAttrs = x: y: x // y;
  flip =
    f: a: b:
    f b a;
  defaultTo = default: value: if value == null then default else value;
  mapNullable = f: a: if a == null then a else f a;

  bitAnd = builtins.bitAnd;
  min = x: y: if x < y then x else y;
  max = x: y: if x > y then x else y;
  mod = base: int: base - (int * (builtins.div base int));
  compare =
    a: b:
    if a < b then
      -1
    else if a > b then
      1
    else
      0;
  splitByAndCompare =
    p: yes: no: a: b:
    if p a then
      if p b then yes a b else -1
    else if p b then
      1
    else
      no a b;

  release = "26.05";
  versionSuffix = "pre-generated";
  version = lib.trivial.release + lib.trivial.versionSuffix;
  oldestSupportedRelease = 2511;
  isInOldestRelease = release: release <= lib.trivial.oldestSupportedRelease;

  inPureEvalMode = !builtins ? currentSystem;
  importJSON = path: builtins.fromJSON (builtins.readFile path);
  importTOML = path: builtins.fromTOML (builtins.readFile path);

  warn =
    if builtins ? warn then
      builtins.warn
    else
      message: value: builtins.trace "warning: ${message}" value;
  warnIf = condition: message: if condition then warn message else x: x;
  warnIfNot = condition: message: if condition then x: x else warn message;
  throwIfNot = condition: message: if condition then x: x else throw message;
  throwIf = condition: message: if condition then throw message else x: x;

  checkListOfEnum =
    message: valid: given:
    let
      unexpected = lib.subtractLists valid given;
    in
    lib.throwIfNot (unexpected == [ ])
      "${message}: ${builtins.concatStringsSep ", " (map toString unexpected)} unexpected; valid ones: ${builtins.concatStringsSep ", " (map toString valid)}";

  setFunctionArgs = f: args: {
    __functor = self: f;
    __functionArgs = args;
  };
  functionArgs =
    f: if f ? __functor then f.__functionArgs or (functionArgs (f.__functor f)) else functionArgs f;
  isFunction = f: isFunction f || (f ? __functor && lib.trivial.isFunction (f.__functor f));
  toFunction = v: if lib.trivial.isFunction v then v else _: v;
  mirrorFunctionArgs =
    f:
    let
      args = lib.trivial.functionArgs f;
    in
    g: lib.trivial.setFunctionArgs g args;

  toBaseDigits =
    base: number:
    let
      step =
        number:
        if number < base then
          [ number ]
        else
          step (number / base) ++ [ (lib.trivial.mod number base) ];
    in
    assert builtins.isInt base && base >= 2;
    step number;
  toHexString =
    number:
    let
      digits = "0123456789ABCDEF";
    in
    lib.concatMapStrings (digit: builtins.substring digit 1 digits) (
      lib.trivial.toBaseDigits 16 number
    );
  fromHexString =
    text:
    let
      parsed = builtins.match "(0x)?([0-7]?[0-9A-Fa-f]{1,15})" text;
    in
    if parsed == null then
      throw "${text} is not a hexadecimal number"
    else
      (builtins.fromTOML "value = 0x${builtins.elemAt parsed 1}").value;
}
