# An interpreter with its package set, a fixed point of its own.
{
  lib,
  stdenv,
  callPackage,
  makeScopeWithSplicing',
  generateSplicesForMkScope,
  config,
  fetchurl,
  zlib,
  bzip2,
  xz,
  expat,
  libffi,
  openssl,
  readline,
  ncurses,
  sqlite,
  pkg-config,
  tzdata,
  makeSetupHook,
  runCommand,
  pname ? "python3",
  version ? "3.13.9",
  hash ? "sha256-7V7zTNo2z6Lzo0DwfKx+eBT5HH88QR9tNWIyOoZsXGY=",
  minimal ? false,
  self ? null,
  packageOverrides ? (self: super: { }),
  pythonAttr ? "python3",
  pythonPackagesExtensions ? [ ],
}@inputs:
let
  pythonVersion = lib.versions.majorMinor version;
  sitePackages = "lib/python${pythonVersion}/site-packages";
  pythonPackagesFun = lib.importIfExists ../../pkgs/python-modules (self: super: { });
  base = import ./base.nix;
  pythonPackages =
    let
      extensions = lib.composeManyExtensions (pythonPackagesExtensions ++ [ packageOverrides ]);
      keep = self: {
        inherit (self) callPackage buildPythonPackage buildPythonApplication python;
      };
    in
    makeScopeWithSplicing' {
      otherSplices = generateSplicesForMkScope "${pythonAttr}Packages";
      inherit keep;
      f = lib.extends (lib.composeExtensions pythonPackagesFun extensions) (
        final: base { inherit lib stdenv makeSetupHook; python = interpreter; } final
      );
    };
  interpreter = stdenv.mkDerivation (finalAttrs: {
    inherit version;
    pname = pname + lib.optionalString minimal "-minimal";
    src = fetchurl {
      url = "https://www.python.example.org/ftp/python/${version}/Python-${version}.tar.xz";
      inherit hash;
    };
    outputs = [ "out" ] ++ lib.optional (!minimal) "debug";
    nativeBuildInputs = lib.optionals (!minimal) [ pkg-config ];
    buildInputs = [
      zlib
      bzip2
      expat
      xz
      libffi
    ]
    ++ lib.optionals (!minimal) [
      openssl
      readline
      ncurses
      sqlite
      tzdata
    ];
    enableParallelBuilding = true;
    configureFlags = [
      "--enable-shared"
      "--with-system-expat"
      "--with-system-ffi"
      (lib.enableFeature (!minimal) "optimizations")
      (lib.withFeatureAs (!minimal) "openssl" (if minimal then "" else openssl.dev))
    ];
    CPPFLAGS = lib.concatStringsSep " " (map (p: "-I${lib.getDev p}/include") finalAttrs.buildInputs);
    LDFLAGS = lib.concatStringsSep " " (map (p: "-L${lib.getLib p}/lib") finalAttrs.buildInputs);
    passthru = {
      inherit pythonVersion sitePackages;
      executable = "python${pythonVersion}";
      isPy3k = true;
      interpreter = "${interpreter}/bin/python${pythonVersion}";
      pkgs = pythonPackages;
      withPackages = f: callPackage ./with-packages.nix { } interpreter (f pythonPackages);
      tests.withPackages = interpreter.withPackages (ps: lib.optionals (ps ? pypkg-0) [ ps.pypkg-0 ]);
      hasDistutilsCxxPatch = false;
      override = f: callPackage ./interpreter.nix (removeAttrs inputs [ "lib" "stdenv" "callPackage" ] // (if lib.isFunction f then f inputs else f));
    };
    meta = {
      description = "High-level dynamically-typed programming language";
      homepage = "https://www.python.example.org";
      license = lib.licenses.psfl;
      platforms = lib.platforms.linux ++ lib.platforms.darwin;
      mainProgram = "python3";
      teams = [ lib.teams.python ];
    };
  });
in
interpreter
