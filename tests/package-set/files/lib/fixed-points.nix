# Fixed points, and functions that change what they are fixed points of.
{ lib, ... }:
rec {
  fix =
    f:
    let
      x = f x;
    in
    x;

  # As `fix`, with the function itself as an attribute.
  fix' =
    f:
    let
      x = f x // {
        __unfix__ = f;
      };
    in
    x;

  converge =
    f: x:
    let
      next = f x;
    in
    if next == x then x else converge f next;

  # The overlay sees the final set and what was before it.
  extends =
    overlay: f:
    (
      final:
      let
        prev = f final;
      in
      prev // overlay final prev
    );

  composeExtensions =
    first: second: final: prev:
    let
      applied = first final prev;
    in
    applied // second final (prev // applied);

  composeManyExtensions = lib.foldr composeExtensions (final: prev: { });

  makeExtensible = makeExtensibleWithCustomName "extend";

  makeExtensibleWithCustomName =
    name: f:
    fix' (
      self:
      (f self)
      // {
        ${name} = overlay: makeExtensibleWithCustomName name (extends overlay f);
      }
    );

  # An overlay of a set, of a function of what was before, or of both.
  toExtension =
    f:
    if lib.isFunction f then
      final: prev:
      let
        once = f prev;
      in
      if lib.isFunction once then f final prev else once
    else
      final: prev: f;
}
