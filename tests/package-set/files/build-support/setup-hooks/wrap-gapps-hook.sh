# Puts wrap-gapps into the phases of a build.
wrap_gappsConfigurePhase() {
    runHook preConfigure
    echo "wrap-gapps at @path@"
    runHook postConfigure
}
if [ -z "${dontUse_wrap_gapps:-}" ] && [ -z "${configurePhase:-}" ]; then preConfigurePhases+=" wrap_gappsConfigurePhase"; fi
