# Puts perl into the phases of a build.
perlConfigurePhase() {
    runHook preConfigure
    echo "perl at @path@"
    runHook postConfigure
}
if [ -z "${dontUse_perl:-}" ] && [ -z "${configurePhase:-}" ]; then preConfigurePhases+=" perlConfigurePhase"; fi
