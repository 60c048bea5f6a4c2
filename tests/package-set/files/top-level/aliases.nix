# Old names. Each warns, or says what to use.
lib: self: super:
let
  removed = name: reason: throw "'${name}' has been removed: ${reason}";
  renamed = name: value: lib.dontDistribute' or lib.id value;
  mapped = {
    gnutls-old = removed "gnutls-old" "use openssl";
    gcc14 = removed "gcc14" "use gcc";
    python27 = removed "python27" "it is no longer maintained";
    mk_derivation = removed "mk_derivation" "use stdenv.mkDerivation";
    gnum4_ = renamed "gnum4_" self.gnum4;
    m4 = renamed "m4" self.gnum4;
    patch = renamed "patch" self.gnupatch;
    sed = renamed "sed" self.gnused;
    openssl_3 = renamed "openssl_3" self.openssl;
    readline83 = renamed "readline83" self.readline;
    pkgconfig = lib.warn "'pkgconfig' has been renamed to 'pkg-config'" self.pkg-config;
  };
  # A name that is a package must not be an alias.
  checkInPkgs =
    name: alias: if super ? ${name} && !(lib.elem name [ "patch" ]) then throw "Alias ${name} is still in all-packages.nix" else alias;
in
lib.mapAttrs checkInPkgs mapped
