# Two more stages behind a native environment: tools that make code for the other platform, then its packages.
{
  lib,
  localSystem,
  crossSystem,
  config,
  overlays,
  crossOverlays ? [ ],
}:
let
  bootStages = import ../. {
    inherit lib localSystem overlays config;
    crossSystem = localSystem;
    crossOverlays = [ ];
  };
in
lib.init bootStages
++ [
  (
    somePrevStage:
    lib.last bootStages somePrevStage
    // {
      allowCustomOverrides = true;
    }
  )
  (buildPackages: {
    inherit config overlays;
    selfBuild = false;
    stdenv =
      assert buildPackages.stdenv.buildPlatform == localSystem;
      assert buildPackages.stdenv.hostPlatform == localSystem;
      buildPackages.stdenv.override {
        targetPlatform = crossSystem;
        allowedRequisites = null;
        # The packages of this stage make code for another platform, those of the last one do not.
        overrides = _: _: { };
      };
    allowCustomOverrides = true;
  })
  (
    buildPackages:
    let
      adaptStdenv = if crossSystem.isStatic then buildPackages.stdenvAdapters.makeStatic else lib.id;
    in
    {
      inherit config;
      overlays = overlays ++ crossOverlays;
      selfBuild = false;
      stdenv = adaptStdenv (
        buildPackages.stdenv.override (old: {
          buildPlatform = localSystem;
          hostPlatform = crossSystem;
          targetPlatform = crossSystem;
          overrides = _: _: { };
          extraBuildInputs = [ ];
          allowedRequisites = null;
          cc = buildPackages.gcc-cross;
        })
      );
    }
  )
]
