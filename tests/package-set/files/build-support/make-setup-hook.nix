# A package that is only a setup hook.
{ lib, stdenvNoCC }:
{
  name ? "hook",
  propagatedBuildInputs ? [ ],
  propagatedNativeBuildInputs ? [ ],
  depsTargetTargetPropagated ? [ ],
  substitutions ? { },
  meta ? { },
  passthru ? { },
}:
script:
stdenvNoCC.mkDerivation (
  substitutions
  // {
    name = "${baseNameOf name}";
    inherit meta propagatedBuildInputs propagatedNativeBuildInputs depsTargetTargetPropagated;
    strictDeps = true;
    dontUnpack = true;
    buildCommand = ''
      mkdir -p $out/nix-support
      cp ${script} $out/nix-support/setup-hook
    ''
    + lib.concatMapStrings (name: "substituteInPlace $out/nix-support/setup-hook --subst-var ${name}\n") (lib.attrNames substitutions);
    passthru = passthru // { isSetupHook = true; };
  }
)
