# Puts cmake into the phases of a build.
cmakeConfigurePhase() {
    runHook preConfigure
    echo "cmake at @path@"
    runHook postConfigure
}
if [ -z "${dontUse_cmake:-}" ] && [ -z "${configurePhase:-}" ]; then preConfigurePhases+=" cmakeConfigurePhase"; fi
