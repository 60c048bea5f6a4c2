# Puts make-wrapper into the phases of a build.
make_wrapperConfigurePhase() {
    runHook preConfigure
    echo "make-wrapper at @path@"
    runHook postConfigure
}
if [ -z "${dontUse_make_wrapper:-}" ] && [ -z "${configurePhase:-}" ]; then preConfigurePhases+=" make_wrapperConfigurePhase"; fi
