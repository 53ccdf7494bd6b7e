# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# Completion for bash: xvsctl knows what can stand next.

_xvsctl() {
	local line=${COMP_LINE:0:COMP_POINT} words=() current='' prefix status word i IFS=$' \t\n'

	# With the backslashes that stand before odd characters of names taken out.
	# shellcheck disable=SC2162
	read -a words <<<"$line"
	case $line in
	*[[:space:]]) words+=('') ;;
	esac
	current=${words[-1]}
	mapfile -t COMPREPLY < <(xvsctl --complete "${words[@]}" 2>/dev/null; echo $?)
	status=${COMPREPLY[-1]}
	unset 'COMPREPLY[-1]'
	case $status:${#COMPREPLY[@]}:${COMPREPLY[0]-} in
	3:*) compopt -o default ;;
	*:1:*[=:]) compopt -o nospace ;;
	esac
	# Readline replaces what follows the last '=' or ':' only.
	prefix=${current%"${current##*[=:]}"}
	# Names may have characters in them that the shell would obey. A comma means nothing outside of braces.
	for i in "${!COMPREPLY[@]}"; do
		word=${COMPREPLY[i]#"$prefix"}
		[ -z "$word" ] || printf -v word %q "$word"
		COMPREPLY[i]=${word//\\,/,}
	done
}

complete -F _xvsctl xvsctl
# Open vSwitch's programs have a completion of their own where they are not links to xvsctl.
for _xvsctl_link in ovs-vsctl ovs-ofctl ovs-appctl; do
	if [ "$(type -P "$_xvsctl_link")" -ef "$(type -P xvsctl)" ]; then
		complete -F _xvsctl "$_xvsctl_link"
	fi
done
unset _xvsctl_link
