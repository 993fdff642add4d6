# What makes a fault of ours harder to use against us, as far as the compiler
# knows it. Held by tests/checks/hardening.sh; the sanitizers' builds look for
# the faults themselves and go without.
if(MUSTER_SANITIZE)
  return()
endif()
include(CheckCCompilerFlag)
foreach(flag stack-protector-strong stack-clash-protection cf-protection)
  string(MAKE_C_IDENTIFIER has_${flag} known)
  check_c_compiler_flag(-f${flag} ${known})
  if(${known})
    add_compile_options(-f${flag})
  endif()
endforeach()
# Fortified functions need an optimizing build.
add_compile_options(-fPIE
  $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE>
  $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=3>)
add_link_options(-pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
