/* text_contact -- any text as a phone number, an address and a code. What is
 * taken has its one true form, which reads back as itself. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/text/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#define CLEAN_SIZE 512
#define VALUES_MAX 20

static void
try_phone(const char *typed)
{
    char once[PHONE_TEXT_SIZE], twice[PHONE_TEXT_SIZE];
    const char *why = NULL;
    if (contact_phone(typed, true, once, &why) != ERR_NONE) {
        assert(why != NULL && *why != '\0');
        return;
    }
    assert(strncmp(once, "+447", 4) == 0);
    assert(strspn(once + 1, "0123456789") == strlen(once + 1));
    assert(contact_phone(once, true, twice, &why) == ERR_NONE);
    assert(strcmp(once, twice) == 0);
}

static void
try_email(const char *typed)
{
    char once[EMAIL_TEXT_SIZE], twice[EMAIL_TEXT_SIZE];
    const char *why = NULL;
    if (contact_email(typed, once, &why) != ERR_NONE) {
        assert(why != NULL && *why != '\0');
        return;
    }
    assert(strchr(once, '@') != NULL);
    for (const char *c = once; *c != '\0'; c++) { /* bound for RCPT TO */
        assert(*c > 0x20 && *c < 0x7f && *c != '<' && *c != '>');
    }
    assert(contact_email(once, twice, &why) == ERR_NONE);
    assert(strcmp(once, twice) == 0);
}

static void
try_clean(const char *typed, enum pasted_use use)
{
    char once[CLEAN_SIZE], twice[CLEAN_SIZE];
    if (pasted_clean(typed, use, once, sizeof(once))) {
        assert(pasted_clean(once, use, twice, sizeof(twice)));
        assert(strcmp(once, twice) == 0);
        assert(utf8_is_valid(once));
    }
}

static void
try_code(const char *typed)
{
    uint8_t values[VALUES_MAX];
    int count = code_read_typed(typed, values, VALUES_MAX);
    assert(count >= -1 && count <= VALUES_MAX);
    for (int i = 0; i < count; i++) {
        assert(values[i] < 32);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    char *typed = mem_new(len + 1);
    if (len > 0) {
        memcpy(typed, bytes, len);
    }
    try_phone(typed);
    try_email(typed);
    try_clean(typed, PASTED_ADDRESS);
    try_clean(typed, PASTED_DIGITS);
    try_code(typed);
    free(typed);
    return 0;
}
