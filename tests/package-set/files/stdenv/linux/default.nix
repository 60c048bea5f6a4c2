# From a few files in an archive to a compiler, a C library and tools that were built by themselves.
{
  lib,
  localSystem,
  crossSystem,
  config,
  overlays,
  crossOverlays ? [ ],
  bootstrapFiles ? import ./bootstrap-files.nix { inherit localSystem; },
}:
assert crossSystem == localSystem;
let
  inherit (localSystem) system;
  # Tools of the first stages look at nothing outside.
  commonPreHook = ''
    export NIX_ENFORCE_PURITY="''${NIX_ENFORCE_PURITY-1}"
    export NIX_ENFORCE_NO_NATIVE="''${NIX_ENFORCE_NO_NATIVE-1}"
    ${lib.optionalString (system == "x86_64-linux") "NIX_LIB64_IN_SELF_RPATH=1"}
  '';
  commonGccOverrides = {
    langFortran = false;
    enablePlugin = false;
  };

  bootstrapTools = import ./bootstrap-tools.nix {
    inherit system bootstrapFiles lib;
    extraAttrs = lib.optionalAttrs config.contentAddressedByDefault {
      __contentAddressed = true;
      outputHashAlgo = "sha256";
      outputHashMode = "recursive";
    };
  };

  stageFun =
    prevStage:
    {
      name,
      overrides ? (self: super: { }),
      extraNativeBuildInputs ? [ ],
    }:
    let
      thisStdenv = import ../generic { inherit lib config; } {
        name = "${name}-stdenv-linux";
        buildPlatform = localSystem;
        hostPlatform = localSystem;
        targetPlatform = localSystem;
        inherit extraNativeBuildInputs;
        preHook = ''
          # Don't patch #!/interpreter because it leads to retained dependencies on the bootstrapTools in the final stdenv.
          dontPatchShebangs=1
          ${commonPreHook}
        '';
        shell = "${bootstrapTools}/bin/bash";
        initialPath = [ bootstrapTools ];
        fetchurlBoot = import ../../build-support/fetchurl/boot.nix { inherit system; };
        cc =
          if prevStage.gcc-unwrapped == null then
            null
          else
            lib.makeOverridable (import ../../build-support/cc-wrapper) {
              name = "${name}-gcc-wrapper";
              nativeTools = false;
              nativeLibc = false;
              expand-response-params = lib.optionalString (prevStage.stdenv.hasCC or false && prevStage.stdenv.cc != "/dev/null") prevStage.expand-response-params;
              cc = prevStage.gcc-unwrapped;
              bintools = prevStage.binutils;
              isGNU = true;
              libc = prevStage.libc;
              inherit lib;
              inherit (prevStage) coreutils gnugrep;
              stdenvNoCC = prevStage.ccWrapperStdenv;
              runtimeShell = prevStage.ccWrapperStdenv.shell;
              extraAttrs.hasCC = true;
            };
        overrides = self: super: (overrides self super) // { fetchurl = thisStdenv.fetchurlBoot; };
      };
    in
    {
      inherit config overlays;
      stdenv = thisStdenv;
    };
in
[
  # Nothing yet; what the next stages ask for comes from the archive.
  (
    { }:
    {
      __raw = true;
      gcc-unwrapped = null;
      binutils = null;
      coreutils = null;
      gnugrep = null;
      libc = null;
    }
  )

  # The archive pretends to be the packages that a compiler needs.
  (
    prevStage:
    stageFun prevStage {
      name = "bootstrap-stage0";
      overrides = self: super: {
        ccWrapperStdenv = self.stdenv;
        libc = self.stdenv.mkDerivation {
          pname = "bootstrap-stage0-glibc";
          version = "bootstrapFiles";
          enableParallelBuilding = true;
          buildCommand = ''
            mkdir -p $out
            ln -s ${bootstrapTools}/lib $out/lib
            ln -s ${bootstrapTools}/include-glibc $out/include
          '';
          passthru.isFromBootstrapFiles = true;
        };
        gcc-unwrapped = self.stdenv.mkDerivation {
          pname = "bootstrap-stage0-gcc";
          version = "bootstrapFiles";
          buildCommand = "ln -s ${bootstrapTools} $out";
          passthru = {
            langC = true;
            langCC = true;
            isGNU = true;
          };
        };
        binutils = import ../../build-support/bintools-wrapper {
          name = "bootstrap-stage0-binutils-wrapper";
          nativeTools = false;
          nativeLibc = false;
          expand-response-params = "";
          inherit lib;
          inherit (self) stdenvNoCC coreutils gnugrep libc;
          bintools = bootstrapTools;
          runtimeShell = "${bootstrapTools}/bin/bash";
        };
        coreutils = bootstrapTools;
        gnugrep = bootstrapTools;
      };
    }
  )

  # A first compiler, made by the one of the archive.
  (
    prevStage:
    stageFun prevStage {
      name = "bootstrap-stage-xgcc";
      overrides = final: prev: {
        inherit (prevStage) ccWrapperStdenv coreutils gnugrep libc binutils;
        gcc-unwrapped = (prev.gcc-unwrapped.override (commonGccOverrides // { reproducibleBuild = false; profiledCompiler = false; })).overrideAttrs (a: {
          pname = "xgcc";
          patches = (a.patches or [ ]) ++ [ ../../pkgs/core/gcc/no-sys-dirs.patch ];
        });
        gmp = prev.gmp.override { cxx = false; };
      };
      extraNativeBuildInputs = [ ];
    }
  )

  # Binary tools, by the first compiler.
  (
    prevStage:
    stageFun prevStage {
      name = "bootstrap-stage1";
      overrides = self: super: {
        inherit (prevStage) ccWrapperStdenv coreutils gnugrep gcc-unwrapped libc gmp mpfr libmpc isl;
        binutils = super.binutils.override { bintools = super.binutils-unwrapped.override { enableGold = false; }; };
      };
      extraNativeBuildInputs = [ prevStage.patchelf ];
    }
  )

  # The C library.
  (
    prevStage:
    stageFun prevStage {
      name = "bootstrap-stage2";
      overrides = self: super: {
        inherit (prevStage) ccWrapperStdenv coreutils gnugrep gcc-unwrapped perl python3Minimal bison texinfo which gettext gmp mpfr libmpc isl;
        binutils = prevStage.binutils.override {
          name = "bootstrap-stage2-binutils-wrapper";
          libc = self.libc;
        };
        libc = self.glibc;
      };
      extraNativeBuildInputs = [ prevStage.patchelf ];
    }
  )

  # The compiler, linked with that library.
  (
    prevStage:
    stageFun prevStage {
      name = "bootstrap-stage3";
      overrides = self: super: {
        inherit (prevStage) ccWrapperStdenv binutils coreutils gnugrep perl patchelf linuxHeaders glibc libc;
        gcc-unwrapped = super.gcc-unwrapped.override (
          commonGccOverrides
          // {
            inherit (prevStage) which;
          }
        );
      };
      extraNativeBuildInputs = [ prevStage.patchelf ];
    }
  )

  # The tools of the environment, by that compiler.
  (
    prevStage:
    stageFun prevStage {
      name = "bootstrap-stage4";
      overrides = self: super: {
        inherit (prevStage) gettext gmp mpfr libmpc isl perl linuxHeaders glibc libc which texinfo bison;
        ccWrapperStdenv = self.stdenv;
        binutils = super.binutils.override {
          expand-response-params = "";
          libc = prevStage.libc;
        };
        gcc = lib.makeOverridable (import ../../build-support/cc-wrapper) {
          nativeTools = false;
          nativeLibc = false;
          isGNU = true;
          inherit (prevStage) expand-response-params;
          cc = prevStage.gcc-unwrapped;
          bintools = self.binutils;
          libc = self.libc;
          inherit lib;
          inherit (self) stdenvNoCC coreutils gnugrep;
          runtimeShell = self.bash + "/bin/bash";
        };
        gcc-unwrapped = prevStage.gcc-unwrapped;
      };
      extraNativeBuildInputs = [
        prevStage.patchelf
        prevStage.xz
        prevStage.updateAutotoolsGnuConfigScriptsHook
      ];
    }
  )

  # What users see: nothing in it refers to the archive.
  (prevStage: {
    inherit config overlays;
    stdenv = import ../generic { inherit lib config; } rec {
      name = "stdenv-linux";
      buildPlatform = localSystem;
      hostPlatform = localSystem;
      targetPlatform = localSystem;
      preHook = commonPreHook;
      initialPath = (import ../generic/common-path.nix) { pkgs = prevStage; };
      extraNativeBuildInputs = [
        prevStage.patchelf
        prevStage.updateAutotoolsGnuConfigScriptsHook
      ];
      cc = prevStage.gcc;
      shell = cc.shell;
      inherit (prevStage.stdenv) fetchurlBoot;
      extraAttrs = {
        inherit bootstrapTools;
        shellPackage = prevStage.bash;
      };
      disallowedRequisites = [ bootstrapTools.out ];
      allowedRequisites =
        with prevStage;
        [ gzip bzip2 xz bash coreutils diffutils findutils gawk gnumake gnused gnutar gnugrep gnupatch patchelf ed file attr acl zlib libunistring libidn2 ]
        ++ map lib.getLib [ gcc.cc.libgcc gmp glibc ]
        ++ [ gcc gcc.cc binutils linuxHeaders ];
      overrides = self: super: {
        inherit (prevStage)
          gzip bzip2 xz bash coreutils diffutils findutils gawk gnused gnutar gnugrep gnupatch patchelf
          attr acl zlib libunistring libidn2 linuxHeaders gcc-unwrapped binutils glibc libc ed file gnumake
          ;
        gcc = cc;
      };
    };
  })
]
