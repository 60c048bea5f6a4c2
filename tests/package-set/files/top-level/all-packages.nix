# Every package that is not found by its name, and every name that means a package with other arguments.
{
  lib,
  noSysDirs,
  config,
  overlays,
}:
res: pkgs: super:

with pkgs;

{
  # A name that stands for the whole set at the end of all overlays.
  allStdenvs = { };

  stdenvNoCC = stdenv.override (
    old: {
      cc = null;
      hasCC = false;
      allowedRequisites = null;
    }
  );

  runtimeShell = "${runtimeShellPackage}${runtimeShellPackage.shellPath}";
  runtimeShellPackage = bash;

  ### FETCHERS

  # The fetcher's own tools are fetched by the one of the bootstrap.
  fetchurl = lib.makeOverridable (import ../build-support/fetchurl) {
    inherit lib stdenvNoCC buildPackages;
    cacert = null;
    curl =
      let
        boot = { fetchurl = stdenv.fetchurlBoot; };
        perl' = buildPackages.perl.override boot;
        zlib' = buildPackages.zlib.override boot;
        pkg-config' = buildPackages.pkg-config.override boot;
        libunistring' = buildPackages.libunistring.override boot;
      in
      buildPackages.curl.override (old: {
        fetchurl = stdenv.fetchurlBoot;
        perl = perl';
        zlib = zlib';
        pkg-config = pkg-config';
        libidn2 = buildPackages.libidn2.override (boot // { libunistring = libunistring'; });
        openssl = buildPackages.openssl.override (boot // { perl = perl'; coreutils = buildPackages.coreutils; });
      });
  };
  fetchzip = callPackage ../build-support/fetchzip.nix { };
  fetchgit = callPackage ../build-support/fetchgit.nix { };
  fetchFromGitHub = callPackage ../build-support/fetchgithub.nix { };
  fetchFromGitLab = args: fetchFromGitHub (args // { githubBase = "gitlab.example.org"; });
  fetchpatch = callPackage ../build-support/fetchpatch.nix { };

  ### BUILD SUPPORT

  makeSetupHook = lib.makeOverridable (callPackage ../build-support/make-setup-hook.nix { });
  autoreconfHook = callPackage (
    { makeSetupHook, autoconf, automake, gettext, libtool }:
    makeSetupHook {
      name = "autoreconf-hook";
      propagatedBuildInputs = [ autoconf automake gettext libtool ];
    } ../build-support/setup-hooks/autoreconf-hook.sh
  ) { };
  updateAutotoolsGnuConfigScriptsHook = makeSetupHook {
    name = "update-autotools-gnu-config-scripts-hook";
    substitutions = { gnu_config = gnu-config; };
  } ../build-support/setup-hooks/update-autotools-gnu-config-scripts-hook.sh;
  makeWrapper = makeSetupHook {
    name = "make-wrapper-hook";
    substitutions = { shell = runtimeShell; };
  } ../build-support/setup-hooks/make-wrapper-hook.sh;
  wrapGAppsHook = makeSetupHook {
    name = "wrap-gapps-hook";
    propagatedBuildInputs = [ makeWrapper glib ];
  } ../build-support/setup-hooks/wrap-gapps-hook.sh;
  installShellFiles = makeSetupHook { name = "install-shell-files"; } ../build-support/setup-hooks/install-shell-files-hook.sh;
  cargoSetupHook = makeSetupHook { name = "cargo-setup-hook.sh"; substitutions.path = cargo; } ../build-support/setup-hooks/cargo-hook.sh;
  cargoBuildHook = makeSetupHook { name = "cargo-build-hook.sh"; substitutions.path = cargo; } ../build-support/setup-hooks/cargo-hook.sh;

  wrapCC = cc: wrapCCWith { inherit cc; };
  wrapCCWith =
    {
      cc,
      bintools ? if targetPlatform == hostPlatform then buildPackages.binutils else binutils,
      libc ? bintools.libc,
      ...
    }@extraArgs:
    callPackage ../build-support/cc-wrapper (
      let
        self = {
          nativeTools = stdenv.cc.nativeTools or false;
          nativeLibc = stdenv.cc.nativeLibc or false;
          nativePrefix = stdenv.cc.nativePrefix or "";
          noLibc = !self.nativeLibc && (self.libc == null);
          isGNU = cc.isGNU or false;
          isClang = cc.isClang or false;
          runtimeShell = runtimeShell;
          inherit cc bintools libc;
        }
        // extraArgs;
      in
      self
    );
  wrapBintoolsWith =
    {
      bintools,
      libc ? if targetPlatform != hostPlatform then glibcCross else stdenv.cc.libc or pkgs.libc,
      ...
    }@extraArgs:
    callPackage ../build-support/bintools-wrapper (
      {
        nativeTools = stdenv.cc.nativeTools or false;
        nativeLibc = stdenv.cc.nativeLibc or false;
        nativePrefix = stdenv.cc.nativePrefix or "";
        inherit bintools libc;
      }
      // extraArgs
    );

  ### THE CORE

  gcc-unwrapped = callPackage ../pkgs/core/gcc {
    inherit noSysDirs;
    libcCross = if targetPlatform != hostPlatform then glibcCross else null;
  };
  gcc = if targetPlatform == hostPlatform then wrapCC gcc-unwrapped else gcc-cross;
  gfortran = wrapCC (gcc-unwrapped.override { name = "gfortran"; langFortran = true; });
  # A compiler for a platform whose C library is not yet there, and with it the library.
  gccWithoutTargetLibc = wrapCCWith {
    cc = gcc-unwrapped.override { withoutTargetLibc = true; libcCross = null; langFortran = false; enableShared = false; };
    bintools = wrapBintoolsWith { bintools = binutils-unwrapped; libc = null; };
    libc = null;
  };
  glibcCross = callPackage ../pkgs/core/glibc {
    stdenv = stdenvAdapters.overrideCC (stdenv.override { hostPlatform = targetPlatform; }) gccWithoutTargetLibc;
    linuxHeaders = linuxHeaders.override (old: { stdenv = stdenv.override { hostPlatform = targetPlatform; }; });
  };
  gcc-cross = wrapCCWith {
    cc = gcc-unwrapped;
    bintools = binutils;
    libc = glibcCross;
  };
  binutils-unwrapped = callPackage ../pkgs/core/binutils { inherit noSysDirs; };
  binutils = wrapBintoolsWith { bintools = binutils-unwrapped; };
  glibc = callPackage ../pkgs/core/glibc { };
  libc = glibc;
  linuxHeaders = callPackage ../pkgs/core/linux-headers { };
  bash = lib.lowPrio (callPackage ../pkgs/core/bash { interactive = false; });
  bashInteractive = callPackage ../pkgs/core/bash { };
  gmp = callPackage ../pkgs/core/gmp { };
  gmp-static = gmp.override { withStatic = true; };
  perl = callPackage ../pkgs/core/perl { zlib = null; pkgs = null; };
  coreutils = callPackage ../pkgs/core/coreutils { };
  findutils = callPackage ../pkgs/core/findutils { };
  diffutils = callPackage ../pkgs/core/diffutils { };
  gnused = callPackage ../pkgs/core/gnused { };
  gnugrep = callPackage ../pkgs/core/gnugrep { };
  gawk = callPackage ../pkgs/core/gawk { };
  gnutar = callPackage ../pkgs/core/gnutar { };
  gzip = callPackage ../pkgs/core/gzip { };
  bzip2 = callPackage ../pkgs/core/bzip2 { };
  xz = callPackage ../pkgs/core/xz { };
  gnumake = callPackage ../pkgs/core/gnumake { };
  gnupatch = callPackage ../pkgs/core/gnupatch { };
  ed = callPackage ../pkgs/core/ed { };
  patchelf = callPackage ../pkgs/core/patchelf { };
  file = callPackage ../pkgs/core/file { };
  attr = callPackage ../pkgs/core/attr { };
  acl = callPackage ../pkgs/core/acl { };
  zlib = callPackage ../pkgs/core/zlib { };
  libunistring = callPackage ../pkgs/core/libunistring { };
  libidn2 = callPackage ../pkgs/core/libidn2 { };
  gettext = callPackage ../pkgs/core/gettext { };
  mpfr = callPackage ../pkgs/core/mpfr { };
  libmpc = callPackage ../pkgs/core/libmpc { };
  isl = callPackage ../pkgs/core/isl { };
  gnum4 = callPackage ../pkgs/core/gnum4 { };
  bison = callPackage ../pkgs/core/bison { };
  texinfo = callPackage ../pkgs/core/texinfo { };
  which = callPackage ../pkgs/core/which { };
  pcre2 = callPackage ../pkgs/core/pcre2 { };
  ncurses = callPackage ../pkgs/core/ncurses { };
  readline = callPackage ../pkgs/core/readline { };
  expat = callPackage ../pkgs/core/expat { };
  libffi = callPackage ../pkgs/core/libffi { };
  openssl = callPackage ../pkgs/core/openssl { };
  sqlite = callPackage ../pkgs/core/sqlite { };
  curl = callPackage ../pkgs/core/curl { };
  git = callPackage ../pkgs/core/git { };
  unzip = callPackage ../pkgs/core/unzip { };
  jq = callPackage ../pkgs/core/jq { };
  lndir = callPackage ../pkgs/core/lndir { };
  patchutils = callPackage ../pkgs/core/patchutils { };
  autoconf = callPackage ../pkgs/core/autoconf { };
  automake = callPackage ../pkgs/core/automake { };
  libtool = callPackage ../pkgs/core/libtool { };
  pkg-config = callPackage ../pkgs/core/pkg-config { };
  cmake = callPackage ../pkgs/core/cmake { };
  ninja = callPackage ../pkgs/core/ninja { };
  meson = callPackage ../pkgs/core/meson { };
  tzdata = callPackage ../pkgs/core/tzdata { };
  cacert = callPackage ../pkgs/core/cacert { };
  gnu-config = callPackage ../pkgs/core/gnu-config { };
  expand-response-params = callPackage ../pkgs/core/expand-response-params { };
  go = callPackage ../pkgs/core/go { };
  rustc = callPackage ../pkgs/core/rustc { };
  cargo = callPackage ../pkgs/core/cargo { };
  ghc = callPackage ../pkgs/core/ghc { };
  nodejs = callPackage ../pkgs/core/nodejs { };
  shellcheck-minimal = callPackage ../pkgs/core/shellcheck-minimal { };
  glib = callPackage ../pkgs/core/glib { };
  libxml2 = callPackage ../pkgs/core/libxml2 { };
  boost = callPackage ../pkgs/core/boost { };
  llvm = callPackage ../pkgs/core/llvm { };

  # GENERATED

  ### LANGUAGES

  python3 = callPackage ../build-support/python/interpreter.nix { };
  python3Minimal = callPackage ../build-support/python/interpreter.nix {
    minimal = true;
    pythonAttr = "python3Minimal";
  };
  python312 = python3.override {
    version = "3.12.12";
    hash = "sha256-+4XCj/wFUkLRHnc6ugUwHv4b4TCnUbKYw+J0kKPMZA8=";
    pythonAttr = "python312";
  };
  python3Packages = lib.recurseIntoAttrs python3.pkgs;
  python312Packages = lib.dontRecurseIntoAttrs python312.pkgs;

  toPerlModule =
    drv:
    drv.overrideAttrs (old: {
      passthru = (old.passthru or { }) // {
        perlModule = perl;
        requiredPerlModules = lib.filter (dep: dep ? perlModule) (drv.propagatedBuildInputs or [ ]);
      };
    });
  buildPerlPackage = callPackage ../build-support/perl { };
  perlPackages = lib.recurseIntoAttrs (if builtins.pathExists ./perl-packages.nix then callPackage ./perl-packages.nix { } else { });

  haskellPackages = callPackage ../build-support/haskell/make-package-set.nix {
    packageSetConfig = lib.importIfExists ../pkgs/haskell-configuration.nix (_: _: _: { }) { inherit lib pkgs; };
  };

  buildGoModule = callPackage ../build-support/go { };
  rustPlatform = lib.recurseIntoAttrs {
    buildRustPackage = callPackage ../build-support/rust { };
    inherit rustc cargo;
  };

  nixosTests = { };
}
