# Puts ninja into the phases of a build.
ninjaConfigurePhase() {
    runHook preConfigure
    echo "ninja at @path@"
    runHook postConfigure
}
if [ -z "${dontUse_ninja:-}" ] && [ -z "${configurePhase:-}" ]; then preConfigurePhases+=" ninjaConfigurePhase"; fi
