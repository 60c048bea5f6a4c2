# Packages of Hackage.
{
  lib,
  stdenv,
  ghc,
  fetchurl,
  pkg-config,
}:
let
  inherit (lib) optional optionals optionalString enableFeature concatStringsSep filter isDerivation unique toLower elem;
  isHaskellPkg = x: x ? isHaskellLibrary;
  isSystemPkg = x: !isHaskellPkg x;
in
{
  pname,
  version,
  sha256 ? null,
  src ? fetchurl {
    urls = [ "mirror://hackage/${pname}-${version}/${pname}-${version}.tar.gz" ];
    inherit sha256;
  },
  revision ? null,
  editedCabalFile ? null,
  configureFlags ? [ ],
  isLibrary ? !isExecutable,
  isExecutable ? false,
  libraryHaskellDepends ? [ ],
  executableHaskellDepends ? [ ],
  testHaskellDepends ? [ ],
  librarySystemDepends ? [ ],
  libraryPkgconfigDepends ? [ ],
  doCheck ? true,
  doHaddock ? true,
  jailbreak ? false,
  enableLibraryProfiling ? true,
  description ? null,
  homepage ? "https://hackage.haskell.example.org/package/${pname}",
  license,
  maintainers ? null,
  broken ? false,
  hydraPlatforms ? null,
  mainProgram ? null,
  platforms ? null,
  passthru ? { },
  ...
}@args:
assert editedCabalFile != null -> revision != null;
let
  isCross = stdenv.buildPlatform != stdenv.hostPlatform;
  propagatedBuildInputs = libraryHaskellDepends ++ librarySystemDepends;
  allPkgconfigDepends = libraryPkgconfigDepends;
  otherBuildInputs =
    executableHaskellDepends ++ optionals doCheck testHaskellDepends ++ allPkgconfigDepends;
  newCabalFileUrl = "mirror://hackage/${pname}-${version}/revision/${revision}.cabal";
  newCabalFile = fetchurl {
    url = newCabalFileUrl;
    sha256 = editedCabalFile;
    name = "${pname}-${version}-r${revision}.cabal";
  };
  defaultConfigureFlags = [
    "--verbose"
    "--prefix=$out"
    "--libsubdir=\\$abi/\\$libname"
    (enableFeature enableLibraryProfiling "library-profiling")
    (enableFeature true "shared")
  ];
  haskellInputs = unique (filter isHaskellPkg (propagatedBuildInputs ++ otherBuildInputs));
in
stdenv.mkDerivation (
  {
    inherit pname version src;
    outputs = [ "out" ] ++ optional doHaddock "doc";
    pos = builtins.unsafeGetAttrPos "pname" args;
    prePatch =
      optionalString (editedCabalFile != null) ''
        echo "Replace Cabal file with edited version from ${newCabalFileUrl}."
        cp ${newCabalFile} ${pname}.cabal
      ''
      + optionalString jailbreak "jailbreak-cabal ${pname}.cabal";
    inherit doCheck;
    nativeBuildInputs = [ ghc ] ++ optional (allPkgconfigDepends != [ ]) pkg-config;
    buildInputs = otherBuildInputs;
    propagatedBuildInputs = propagatedBuildInputs;
    configureFlags = configureFlags ++ defaultConfigureFlags;
    setupCompilerEnvironmentPhase = ''
      packageConfDir="$TMPDIR/package.conf.d"
      ${lib.concatMapStringsSep "\n" (p: "linkPackage ${p}") haskellInputs}
    '';
    passthru = passthru // {
      inherit pname version;
      compiler = ghc;
      isHaskellLibrary = isLibrary;
      getBuildInputs = {
        inherit haskellInputs;
        systemBuildInputs = filter isSystemPkg (propagatedBuildInputs ++ otherBuildInputs);
      };
    };
    meta = {
      inherit homepage license;
      platforms = if platforms != null then platforms else ghc.meta.platforms;
    }
    // lib.optionalAttrs (description != null) { inherit description; }
    // lib.optionalAttrs (maintainers != null) { inherit maintainers; }
    // lib.optionalAttrs broken { inherit broken; }
    // lib.optionalAttrs (hydraPlatforms != null) { inherit hydraPlatforms; }
    // lib.optionalAttrs (mainProgram != null) { inherit mainProgram; };
  }
)
