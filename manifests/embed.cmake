# Writes OUT: one constant a file of FILES, named by its path below manifests/ ("page/…" for the approvals page).
# Comment lines of TOML are left empty: each start reads it, and messages name its lines.
set(bodies "")
set(entries "")
set(index 0)
foreach(file IN LISTS FILES)
  if(IS_DIRECTORY ${file})
    continue()
  endif()
  string(FIND ${file} ${PAGE}/ at)
  if(at EQUAL 0)
    file(RELATIVE_PATH name ${PAGE} ${file})
    set(name "page/${name}")
  else()
    file(RELATIVE_PATH name ${ROOT} ${file})
  endif()
  file(READ ${file} hex HEX)
  if(file MATCHES "\\.toml$")
    file(READ ${file} text)
    string(REGEX REPLACE "\n#[^\n]*" "\n" text "\n${text}")
    string(SUBSTRING "${text}" 1 -1 text)
    string(HEX "${text}" hex)
  endif()
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(APPEND bodies "const unsigned char file_${index}[] = {${bytes}0};\n")
  string(APPEND entries "    {\"${name}\", {reinterpret_cast<const char*>(file_${index}), sizeof file_${index} - 1}, file_${index}},\n")
  math(EXPR index "${index} + 1")
endforeach()
file(WRITE ${OUT}.new "// Made by manifests/embed.cmake. Do not edit.
#include \"manifests/embedded.hpp\"

namespace tfy::manifests {
namespace {
${bodies}const File all[] = {
${entries}};
}  // namespace

std::span<const File> files() { return all; }

}  // namespace tfy::manifests
")
file(RENAME ${OUT}.new ${OUT})
