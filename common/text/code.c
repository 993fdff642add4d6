/* code -- a ticket's code as a person gives it. */
#include "common/text/code.h"

#include <string.h>
#include <strings.h>

#include "common/text/pasted.h"

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* 0..31, or -1. */
static int
read_char(char c)
{
    if (c >= 'a' && c <= 'z') {
        c = (char)(c - 'a' + 'A');
    }
    if (c == 'O') {
        c = '0';
    }
    if (c == 'I' || c == 'L') {
        c = '1';
    }
    const char *at = c == '\0' ? NULL : strchr(alphabet, c);
    return at == NULL ? -1 : (int)(at - alphabet);
}

/* The code in the address of a ticket's page (…/t/<code>, its .svg, whatever
 * is asked of it); another text is the code itself. text: changed. */
static char *
past_address(char *text)
{
    char *code = text;
    for (char *at = text; (at = strchr(at, '/')) != NULL; at++) {
        if (strncasecmp(at, "/t/", 3) == 0) {
            code = at + 3;
        }
    }
    if (code != text) {
        code[strcspn(code, "/?#")] = '\0';
        size_t len = strlen(code);
        if (len > 4 && strcasecmp(code + len - 4, ".svg") == 0) {
            code[len - 4] = '\0';
        }
    }
    return code;
}

int
code_read_typed(const char *typed, uint8_t *values, int max)
{
    int count = 0;
    char text[CODE_TYPED_BYTES_MAX + 1];
    if (!pasted_clean(typed, PASTED_DIGITS, text, sizeof(text))) {
        return -1;
    }
    for (const char *at = past_address(text); *at != '\0'; at++) {
        if (strchr("-. _,", *at) != NULL) {
            continue;
        }
        int value = read_char(*at);
        if (value < 0 || count == max) {
            return -1;
        }
        values[count++] = (uint8_t)value;
    }
    return count;
}
