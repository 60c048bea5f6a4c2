# Puts meson into the phases of a build.
mesonConfigurePhase() {
    runHook preConfigure
    echo "meson at @path@"
    runHook postConfigure
}
if [ -z "${dontUse_meson:-}" ] && [ -z "${configurePhase:-}" ]; then preConfigurePhases+=" mesonConfigurePhase"; fi
