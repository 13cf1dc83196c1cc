# Completion for bash. The words come from the program's own help, so they are those of the installed version.
_tfy_pat_mcp() {
    local current=${COMP_WORDS[COMP_CWORD]} word verbs=() text
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        [[ $word =~ ^[a-z][a-z-]*$ ]] && verbs+=("$word")
    done
    text=$("${COMP_WORDS[0]}" "${verbs[@]}" --help 2>/dev/null | sed -n '/^Examples:/q; s/^  \([a-z-][a-z-]*\).*/\1/p')
    mapfile -t COMPREPLY < <(compgen -W "$text" -- "$current")
}
complete -o default -F _tfy_pat_mcp tfy-pat-mcp
