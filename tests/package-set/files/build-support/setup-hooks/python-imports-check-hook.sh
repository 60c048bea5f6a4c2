# Puts python-imports-check into the phases of a build.
python_imports_checkConfigurePhase() {
    runHook preConfigure
    echo "python-imports-check at @path@"
    runHook postConfigure
}
if [ -z "${dontUse_python_imports_check:-}" ] && [ -z "${configurePhase:-}" ]; then preConfigurePhases+=" python_imports_checkConfigurePhase"; fi
