# Puts haskell into the phases of a build.
haskellConfigurePhase() {
    runHook preConfigure
    echo "haskell at @path@"
    runHook postConfigure
}
if [ -z "${dontUse_haskell:-}" ] && [ -z "${configurePhase:-}" ]; then preConfigurePhases+=" haskellConfigurePhase"; fi
