# Crates: what they need is fetched once, or taken from a lock file.
{
  lib,
  stdenv,
  rustc,
  cargo,
  cargoSetupHook,
  cargoBuildHook,
  cacert,
  fetchurl,
  runCommand,
  libiconv ? null,
}:
let
  fetchCargoVendor =
    {
      name,
      src,
      hash,
      patches ? [ ],
    }:
    stdenv.mkDerivation {
      name = "${name}-vendor";
      inherit src patches;
      nativeBuildInputs = [ cargo cacert ];
      buildPhase = ''
        cargo vendor --locked $name
      '';
      installPhase = "cp -r $name $out";
      outputHashMode = "recursive";
      outputHash = hash;
      outputHashAlgo = if hash == "" then "sha256" else null;
      impureEnvVars = lib.fetchers.proxyImpureEnvVars;
    };
  # Every crate of a lock file by itself: what the lock file says is enough to name it.
  importCargoLock =
    {
      lockFile ? null,
      lockFileContents ? builtins.readFile lockFile,
    }:
    let
      parsed = builtins.fromTOML lockFileContents;
      packages = lib.filter (p: p ? source) parsed.package;
      mkCrate =
        pkg:
        fetchurl {
          name = "crate-${pkg.name}-${pkg.version}.tar.gz";
          url = "https://crates.example.org/api/v1/crates/${pkg.name}/${pkg.version}/download";
          sha256 = pkg.checksum;
        };
    in
    runCommand "cargo-vendor-dir" { passthru.count = lib.length packages; } ''
      mkdir -p $out/.cargo
      ${lib.concatMapStrings (pkg: ''
        ln -s ${mkCrate pkg} $out/${pkg.name}-${pkg.version}
      '') packages}
    '';
in
lib.makeOverridable (
  {
    name ? "${args.pname}-${args.version}",
    src ? null,
    cargoHash ? null,
    cargoLock ? null,
    cargoDeps ? null,
    patches ? [ ],
    buildInputs ? [ ],
    nativeBuildInputs ? [ ],
    buildType ? "release",
    meta ? { },
    useNextest ? false,
    buildNoDefaultFeatures ? false,
    buildFeatures ? [ ],
    passthru ? { },
    ...
  }@args:
  assert lib.assertMsg (cargoHash != null || cargoLock != null || cargoDeps != null) "cargoHash, cargoLock or cargoDeps must be set for ${name}";
  let
    vendor =
      if cargoDeps != null then
        cargoDeps
      else if cargoLock != null then
        importCargoLock cargoLock
      else
        fetchCargoVendor {
          inherit name src patches;
          hash = cargoHash;
        };
    target = stdenv.hostPlatform.rust.rustcTarget;
  in
  stdenv.mkDerivation (
    removeAttrs args [ "cargoLock" "cargoHash" ]
    // {
      cargoDeps = vendor;
      inherit buildInputs patches;
      nativeBuildInputs = nativeBuildInputs ++ [ cargoBuildHook cargoSetupHook cargo rustc ];
      cargoBuildType = buildType;
      cargoBuildFeatures = buildFeatures;
      cargoBuildNoDefaultFeatures = buildNoDefaultFeatures;
      strictDeps = true;
      stripDebugList = [ "bin" ];
      env = { RUST_LOG = ""; CARGO_BUILD_TARGET = target; PKG_CONFIG_ALLOW_CROSS = if stdenv.buildPlatform != stdenv.hostPlatform then 1 else 0; } // args.env or { };
      meta = { platforms = rustc.targetPlatforms or lib.platforms.all; badPlatforms = [ ]; } // meta;
    }
  )
)
