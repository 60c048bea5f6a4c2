# Puts node into the phases of a build.
nodeConfigurePhase() {
    runHook preConfigure
    echo "node at @path@"
    runHook postConfigure
}
if [ -z "${dontUse_node:-}" ] && [ -z "${configurePhase:-}" ]; then preConfigurePhases+=" nodeConfigurePhase"; fi
