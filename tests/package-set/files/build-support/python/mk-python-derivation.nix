# Packages for an interpreter: hooks for the format, checks of imports, and a name that tells the interpreter.
{
  lib,
  python,
  stdenv,
  wrapPython,
  setuptoolsBuildHook,
  pypaBuildHook,
  pipInstallHook,
  pythonImportsCheckHook,
  pythonNamespacesHook,
  pytestCheckHook,
  toPythonModule,
  namePrefix,
}:
{
  name ? "${attrs.pname}-${attrs.version}",
  nativeBuildInputs ? [ ],
  buildInputs ? [ ],
  propagatedBuildInputs ? [ ],
  dependencies ? [ ],
  optional-dependencies ? { },
  build-system ? [ ],
  checkInputs ? [ ],
  nativeCheckInputs ? [ ],
  pythonPath ? [ ],
  makeWrapperArgs ? [ ],
  dontWrapPythonPrograms ? false,
  pyproject ? null,
  format ? null,
  meta ? { },
  passthru ? { },
  doCheck ? true,
  disabled ? false,
  pythonImportsCheck ? [ ],
  outputs ? [ "out" ],
  disabledTests ? [ ],
  ...
}@attrs:
let
  inherit (lib) optional optionals optionalString elem concatMap getName hasPrefix;
  format' =
    assert lib.assertMsg (pyproject == null || format == null) "${name}: pyproject and format are exclusive";
    if pyproject != null then (if pyproject then "pyproject" else "other") else if format != null then format else "setuptools";
  isPythonModule = drv: drv ? pythonModule && builtins.isAttrs drv.pythonModule;
  # All inputs must be for the same interpreter.
  validatePythonMatches =
    attrName:
    let
      mismatching = drv: isPythonModule drv && drv.pythonModule != python && drv.pythonModule.pythonVersion != python.pythonVersion;
      check = drv: if mismatching drv then throw "Python version mismatch in '${name}': ${drv.name} in ${attrName} is for ${drv.pythonModule.pythonVersion}" else drv;
    in
    inputs: map check inputs;
  isBootstrapPackage = lib.flip elem [ "installer" "setuptools" "wheel" "build" "packaging" ];
  self = toPythonModule (
    stdenv.mkDerivation (
      finalAttrs:
      removeAttrs attrs [ "disabled" "checkPhase" "checkInputs" "nativeCheckInputs" "doCheck" "dependencies" "optional-dependencies" "build-system" "pyproject" "format" "disabledTests" "outputs" "pname" "version" "meta" ]
      // {
        name = namePrefix + name;
        nativeBuildInputs =
          [
            python
            wrapPython
          ]
          ++ optionals (format' == "setuptools") [ setuptoolsBuildHook ]
          ++ optionals (format' == "pyproject") [ pypaBuildHook ]
          ++ optionals (elem format' [ "wheel" "flit" "pyproject" "setuptools" ]) [ pipInstallHook ]
          ++ optionals (stdenv.buildPlatform == stdenv.hostPlatform) [ pythonImportsCheckHook ]
          ++ optionals (hasPrefix "3" python.pythonVersion) [ pythonNamespacesHook ]
          ++ validatePythonMatches "build-system" build-system
          ++ nativeBuildInputs;
        buildInputs = validatePythonMatches "buildInputs" (buildInputs ++ pythonPath);
        propagatedBuildInputs =
          validatePythonMatches "propagatedBuildInputs" (propagatedBuildInputs ++ dependencies)
          ++ [ python ];
        strictDeps = true;
        LANG = "C.UTF-8";
        # The tests run on what is installed.
        doCheck = false;
        doInstallCheck = doCheck;
        nativeInstallCheckInputs = nativeCheckInputs ++ optionals (elem "pytest" (map getName nativeCheckInputs)) [ pytestCheckHook ];
        installCheckInputs = checkInputs;
        inherit pythonImportsCheck makeWrapperArgs;
        postFixup =
          optionalString (!dontWrapPythonPrograms) ''
            wrapPythonPrograms
          ''
          + attrs.postFixup or "";
        outputs = outputs ++ [ "dist" ];
        passthru = {
          inherit disabled optional-dependencies;
          pyproject = format' == "pyproject";
        }
        // passthru;
        meta = {
          platforms = python.meta.platforms;
        }
        // meta;
      }
      // lib.optionalAttrs (attrs ? checkPhase) { installCheckPhase = attrs.checkPhase; }
      // lib.optionalAttrs (disabledTests != [ ]) { disabledTests = disabledTests; }
    )
  );
in
if disabled then throw "${name} not supported for interpreter ${python.executable}" else self
