# Puts autoreconf into the phases of a build.
autoreconfConfigurePhase() {
    runHook preConfigure
    echo "autoreconf at @path@"
    runHook postConfigure
}
if [ -z "${dontUse_autoreconf:-}" ] && [ -z "${configurePhase:-}" ]; then preConfigurePhases+=" autoreconfConfigurePhase"; fi
