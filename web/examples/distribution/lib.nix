# Functions that know nothing about packages.

rec {
  inherit (builtins) attrNames concatStringsSep foldl';

  # A set defined in terms of itself: `fix (self: { a = 1; b = self.a + 1; })`.
  # Laziness makes this work; only what is asked for is ever computed.
  fix = f: let self = f self; in self;

  # Puts an overlay on top of a set under construction. `final` is the finished set,
  # `prev` the set below the overlay.
  extends = overlay: set: final:
    let prev = set final;
    in prev // overlay final prev;

  # Calls `f` and adds `override` to the result: the same call with other arguments.
  makeOverridable = f: args:
    let result = f args;
    in result // {
      override = change:
        makeOverridable f (args // (if builtins.isFunction change then change args else change));
    };

  # Calls the function in a file with the arguments that it names, taken from `scope`.
  # `{ stdenv, zlib }: …` is enough to receive both.
  callPackageWith = scope: file: overrides:
    let
      f = if builtins.isFunction file then file else import file;
      wanted = builtins.functionArgs f;
    in
    makeOverridable f (builtins.intersectAttrs wanted scope // overrides);

  # Packages are split into outputs so that a running system need not carry what only a
  # compiler needs. A build wants the headers (`dev`), a program wants the rest (`out`).
  getOutput = output: package:
    if package ? ${output} then package.${output} else package.out or package;
  getDev = getOutput "dev";
  getBin = getOutput "bin";

  optional = condition: value: if condition then [ value ] else [ ];

  concatMapStringsSep = separator: f: list: concatStringsSep separator (map f list);
  concatMapAttrsStringsSep = separator: f: set:
    concatStringsSep separator (map (name: f name set.${name}) (attrNames set));

  # "/nix/store/…-bash-5.3/bin:/nix/store/…-coreutils-9.8/bin"
  makeBinPath = concatMapStringsSep ":" (package: "${getBin package}/bin");

  licenses = {
    free = { free = true; };
    unfreeRedistributableFirmware = { free = false; };
  };

  # Refuses a package whose licence the user has not agreed to.
  checkLicense = allowUnfree: package:
    if allowUnfree || package.meta.license.free then package
    else throw "package '${package.name}' has an unfree licence: set allowUnfree = true to use it";
}
