export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/** The scripts know no command or flag: they ask the `hitless` that is being typed, whichever version it is. */
export const completionScripts: Readonly<Record<Shell, string>> = {
  // The bash of macOS is 3.2, which has neither mapfile nor compopt.
  bash: `# Completion of hitless in bash. In ~/.bashrc: source <(hitless completion bash)
_hitless() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :files) [[ \${BASH_VERSINFO[0]} -ge 4 ]] && compopt -o default ;;
      :folders) [[ \${BASH_VERSINFO[0]} -ge 4 ]] && compopt -o dirnames ;;
      *) COMPREPLY+=("$line") ;;
    esac
  done < <("\${1/#\\~/$HOME}" complete bash "$COMP_POINT" "$COMP_LINE" "$2" 2>/dev/null)
}
if [[ \${BASH_VERSINFO[0]} -ge 4 ]]; then
  complete -F _hitless hitless
else
  complete -o default -F _hitless hitless
fi
`,
  zsh: `#compdef hitless
# Completion of hitless in zsh. In ~/.zshrc, after compinit: source <(hitless completion zsh)
_hitless() {
  local line value
  local -a typed values texts
  # What is typed of the word at the cursor, without a quote that is still open.
  typed=("\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}")
  while IFS= read -r line; do
    case $line in
      :files) _files ;;
      :folders) _files -/ ;;
      *)
        value=\${line%%$'\\t'*}
        values+=("$value")
        if [[ $line == *$'\\t'* ]]; then texts+=("\${(r:30:)value} \${line#*$'\\t'}"); else texts+=("$value"); fi
        ;;
    esac
  done < <("\${(Q)~words[1]}" complete zsh -- "\${typed[@]}" 2>/dev/null)
  (( \${#values} )) && compadd -l -d texts -a values
}
if [[ $funcstack[1] == _hitless ]]; then _hitless "$@"; else compdef _hitless hitless; fi
`,
  fish: `# Completion of hitless in fish. Once: hitless completion fish > ~/.config/fish/completions/hitless.fish
function __hitless_complete
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    set -l current (string unescape -- $typed; or string trim --left --chars '"\\'' -- $typed)
    for line in ($words[1] complete fish -- $words[2..-1] "$current" 2>/dev/null)
        switch $line
            case :files
                __fish_complete_path "$current"
            case :folders
                __fish_complete_directories "$current"
            case '*'
                echo $line
        end
    end
end
complete --command hitless --no-files --arguments '(__hitless_complete)'
`,
};
