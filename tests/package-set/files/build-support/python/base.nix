# What every package for an interpreter is made with.
{
  lib,
  stdenv,
  makeSetupHook,
  python,
}:
self:
let
  hook = name: script: deps: makeSetupHook {
    name = "python${python.pythonVersion}-${name}";
    propagatedBuildInputs = deps;
    substitutions.path = "${python}/bin";
  } script;
  toPythonModule =
    drv:
    drv.overrideAttrs (oldAttrs: {
      passthru = (oldAttrs.passthru or { }) // {
        pythonModule = python;
        pythonPath = [ ];
        requiredPythonModules = requiredPythonModules drv.propagatedBuildInputs;
      };
    });
  requiredPythonModules =
    drvs:
    let
      modules = lib.filter (drv: drv ? pythonModule) drvs;
    in
    lib.unique ([ python ] ++ modules ++ lib.concatLists (lib.catAttrs "requiredPythonModules" modules));
  buildPythonPackage = lib.makeOverridable (
    self.callPackage ./mk-python-derivation.nix {
      namePrefix = "python${python.pythonVersion}-";
      inherit toPythonModule;
    }
  );
  buildPythonApplication = lib.makeOverridable (
    self.callPackage ./mk-python-derivation.nix {
      namePrefix = "";
      toPythonModule = x: x;
    }
  );
in
{
  inherit buildPythonPackage buildPythonApplication toPythonModule requiredPythonModules python;
  inherit lib;
  wrapPython = hook "wrap-python-hook" ../setup-hooks/make-wrapper-hook.sh [ ];
  setuptoolsBuildHook = hook "setuptools-build-hook" ../setup-hooks/python-imports-check-hook.sh [ ];
  pypaBuildHook = hook "pypa-build-hook" ../setup-hooks/python-imports-check-hook.sh [ ];
  pipInstallHook = hook "pip-install-hook" ../setup-hooks/python-imports-check-hook.sh [ ];
  pythonImportsCheckHook = hook "python-imports-check-hook" ../setup-hooks/python-imports-check-hook.sh [ ];
  pythonNamespacesHook = hook "python-namespaces-hook" ../setup-hooks/python-imports-check-hook.sh [ ];
  pytestCheckHook = hook "pytest-check-hook" ../setup-hooks/python-imports-check-hook.sh [ ];
  pythonOlder = lib.versionOlder python.pythonVersion;
  pythonAtLeast = lib.versionAtLeast python.pythonVersion;
  isPy3k = true;
}
