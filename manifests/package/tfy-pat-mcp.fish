# Completion for fish. The words come from the program's own help, so they are those of the installed version.
function __tfy_pat_mcp_words
    set -l words (commandline -opc)
    set -l verbs (string match -r '^[a-z][a-z-]*$' -- $words[2..])
    $words[1] $verbs --help 2>/dev/null | sed -n '/^Examples:/q; s/^  \([a-z-][a-z-]*\) *\(.*\)/\1\t\2/p'
end
complete -c tfy-pat-mcp -a '(__tfy_pat_mcp_words)'
