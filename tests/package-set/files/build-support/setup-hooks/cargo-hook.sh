# Puts cargo into the phases of a build.
cargoConfigurePhase() {
    runHook preConfigure
    echo "cargo at @path@"
    runHook postConfigure
}
if [ -z "${dontUse_cargo:-}" ] && [ -z "${configurePhase:-}" ]; then preConfigurePhases+=" cargoConfigurePhase"; fi
