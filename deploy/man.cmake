# SPDX-License-Identifier: AGPL-3.0-or-later
# Makes the man page from what the program says of itself, so that it cannot lag behind:
#   cmake -DPROGRAM=jalon -DVERSION=0.1.0 -DTEMPLATE=jalon.1.in -DOUT=jalon.1 -P man.cmake

# Lines "  name   meaning", the meaning on a line of its own when the name is long, as man entries.
function(entries words out)
    execute_process(COMMAND ${PROGRAM} ${words} --help OUTPUT_VARIABLE text
                    COMMAND_ERROR_IS_FATAL ANY)
    string(REPLACE "\\" "\\e" text "${text}")
    string(REPLACE "-" "\\-" text "${text}")
    # What means something in a list.
    string(REPLACE ";" "@semicolon@" text "${text}")
    string(REPLACE "[" "@open@" text "${text}")
    string(REPLACE "]" "@close@" text "${text}")
    string(REPLACE "\n" ";" lines "${text}")
    set(result "")
    foreach(line IN LISTS lines)
        if(line MATCHES "^  ([^ ]+( [^ ]+)*)(  +(.*))?$")
            string(APPEND result ".TP\n.B ${CMAKE_MATCH_1}\n")
            if(NOT CMAKE_MATCH_4 STREQUAL "")
                string(APPEND result "${CMAKE_MATCH_4}\n")
            endif()
        elseif(line MATCHES "^   +(.*)$")
            string(APPEND result "${CMAKE_MATCH_1}\n")
        endif()
    endforeach()
    string(REPLACE "@semicolon@" ";" result "${result}")
    string(REPLACE "@open@" "[" result "${result}")
    string(REPLACE "@close@" "]" result "${result}")
    set(${out} "${result}" PARENT_SCOPE)
endfunction()

entries("" COMMANDS)
entries(serve OPTIONS)
configure_file(${TEMPLATE} ${OUT} @ONLY)
