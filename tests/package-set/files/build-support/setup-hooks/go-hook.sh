# Puts go into the phases of a build.
goConfigurePhase() {
    runHook preConfigure
    echo "go at @path@"
    runHook postConfigure
}
if [ -z "${dontUse_go:-}" ] && [ -z "${configurePhase:-}" ]; then preConfigurePhases+=" goConfigurePhase"; fi
