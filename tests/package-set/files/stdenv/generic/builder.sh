# Builds the standard environment itself: the setup script with what it needs.
export PATH=
for folder in $initialPath; do
    if [ -z "$PATH" ]; then PATH="$folder/bin"; else PATH="$PATH:$folder/bin"; fi
done
mkdir "$out"
{
    echo "export SHELL=$shell"
    echo "initialPath=\"$initialPath\""
    echo "defaultNativeBuildInputs=\"$defaultNativeBuildInputs\""
    echo "defaultBuildInputs=\"$defaultBuildInputs\""
    echo "$preHook"
    cat "$setup"
} > "$out/setup"
