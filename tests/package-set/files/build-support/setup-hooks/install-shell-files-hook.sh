# Puts install-shell-files into the phases of a build.
install_shell_filesConfigurePhase() {
    runHook preConfigure
    echo "install-shell-files at @path@"
    runHook postConfigure
}
if [ -z "${dontUse_install_shell_files:-}" ] && [ -z "${configurePhase:-}" ]; then preConfigurePhases+=" install_shell_filesConfigurePhase"; fi
