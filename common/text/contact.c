/* contact -- phone numbers and email addresses in their one true form. */
#include "common/text/contact.h"

#include <ctype.h>
#include <idn2.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/text/pasted.h"
#include "common/text/phone_prefix.h"

#define TYPED_LEN_MAX 40 /* a phone number with all its spaces */
#define PASTED_SIZE 400  /* with what stands round it */
#define UK 44
#define DRAMA_FIRST 7700900000u /* Ofcom: numbers for drama use */
#define DRAMA_LAST 7700900999u
#define LOCAL_LEN_MAX 64 /* RFC 5321, 4.5.3.1.1 */
#define DOMAIN_LEN_MAX 253
#define LABEL_LEN_MAX 63

/* ---- what is pasted with it ---- */

/* text past "tel:" or "tel://", in any case, and the blanks behind it. */
static const char *
past_scheme(const char *text, const char *scheme)
{
    size_t len = strlen(scheme);
    if (strncasecmp(text, scheme, len) != 0) {
        return text;
    }
    text += len;
    text += strncmp(text, "//", 2) == 0 ? 2 : 0;
    return text + strspn(text, " ");
}

/* ---- phone ---- */

static const char *const why_not_kind[] = {
    [PHONE_NOT_A_NUMBER] = "this is not a phone number",
    [PHONE_INVALID] = "nobody can have this phone number: check the digits",
    [PHONE_MOBILE] = NULL,
    [PHONE_LANDLINE] = "this is a landline: give a mobile number",
    [PHONE_PERSONAL] = "070 is a personal number, not a mobile",
    [PHONE_PREMIUM] = "this is a premium number: give a mobile number",
    [PHONE_OTHER] = "this is not a mobile number",
};

static bool
is_drama(const struct phone_facts *facts)
{
    return facts->country_code == UK && facts->national >= DRAMA_FIRST &&
           facts->national <= DRAMA_LAST;
}

static const char *
find_fault(const struct phone_facts *facts, bool allows_drama)
{
    if (facts->kind == PHONE_NOT_A_NUMBER) {
        return why_not_kind[PHONE_NOT_A_NUMBER];
    }
    if (facts->country_code != UK) {
        return "only mobile numbers of the United Kingdom (07…) can be used";
    }
    if (is_drama(facts)) {
        return allows_drama ? NULL : "07700 900 numbers are for drama alone";
    }
    if (facts->national / 100000000 == 70) {
        return why_not_kind[PHONE_PERSONAL];
    }
    if (why_not_kind[facts->kind] == NULL &&
        facts->national / 1000000000 != 7) {
        return why_not_kind[PHONE_OTHER];
    }
    return why_not_kind[facts->kind];
}

/* libphonenumber would read letters as a vanity number. */
static bool
is_typed_number(const char *typed)
{
    size_t len = strlen(typed);
    return len > 0 && len <= TYPED_LEN_MAX &&
           strspn(typed, "0123456789 +-.()/") == len;
}

/* False: not a phone number. */
static bool
read_typed_number(const char *typed, struct phone_facts *out)
{
    static const char *const schemes[] = {"tel:", "sms:", "callto:"};
    char text[PASTED_SIZE];
    const char *number = text;
    if (!pasted_clean(typed, PASTED_DIGITS, text, sizeof(text))) {
        return false;
    }
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        number = past_scheme(number, schemes[i]);
    }
    if (!is_typed_number(number)) {
        return false;
    }
    *out = phone_read(number);
    return true;
}

static void
write_e164(const struct phone_facts *facts, char out[PHONE_TEXT_SIZE])
{
    (void)snprintf(out, PHONE_TEXT_SIZE, "+%d%llu", facts->country_code,
                   (unsigned long long)facts->national);
}

enum err
contact_phone(const char *typed, bool allows_drama, char out[PHONE_TEXT_SIZE],
              const char **why_out)
{
    struct phone_facts facts;
    *why_out = why_not_kind[PHONE_NOT_A_NUMBER];
    if (!read_typed_number(typed, &facts)) {
        return ERR_BAD_REQUEST;
    }
    *why_out = find_fault(&facts, allows_drama);
    if (*why_out != NULL) {
        return ERR_BAD_REQUEST;
    }
    write_e164(&facts, out);
    return ERR_NONE;
}

enum err
contact_landline(const char *typed, char out[PHONE_TEXT_SIZE])
{
    struct phone_facts facts;
    if (!read_typed_number(typed, &facts)) {
        return ERR_BAD_REQUEST;
    }
    if (facts.kind != PHONE_LANDLINE || facts.country_code != UK) {
        return ERR_BAD_REQUEST;
    }
    write_e164(&facts, out);
    return contact_is_landline(out) ? ERR_NONE : ERR_BAD_REQUEST;
}

bool
contact_is_landline(const char *e164)
{
    return strncmp(e164, "+441", 4) == 0 || strncmp(e164, "+442", 4) == 0;
}

bool
contact_is_drama(const char *e164)
{
    struct phone_facts facts = phone_read(e164);
    return is_drama(&facts);
}

bool
contact_is_home_mobile(const char *e164)
{
    struct phone_facts facts = phone_read(e164);
    return is_drama(&facts) ||
           (facts.kind == PHONE_MOBILE && facts.is_home != 0);
}

/* ---- email ---- */

static bool
is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9');
}

/* A dot-atom (RFC 5322, 3.2.3): quoted local parts are refused. */
static bool
is_local_part(const char *s, size_t len)
{
    if (len == 0 || len > LOCAL_LEN_MAX || s[0] == '.' || s[len - 1] == '.') {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        bool is_atom = is_alphanumeric(s[i]) ||
                       (s[i] != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", s[i]));
        bool is_dot = s[i] == '.' && s[i + 1] != '.';
        if ((unsigned char)s[i] > 0x7e || (!is_atom && !is_dot)) {
            return false;
        }
    }
    return true;
}

static bool
is_ldh(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

static bool
is_label(const char *s, size_t len)
{
    if (len == 0 || len > LABEL_LEN_MAX || s[0] == '-' || s[len - 1] == '-') {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (!is_ldh(s[i])) {
            return false;
        }
    }
    return true;
}

/* Letters, digits, hyphens; two labels or more; the last no number. */
static bool
is_host_name(const char *s)
{
    if (strlen(s) > DOMAIN_LEN_MAX) {
        return false;
    }
    int labels = 0;
    for (;;) {
        size_t len = strcspn(s, ".");
        if (!is_label(s, len)) {
            return false;
        }
        labels++;
        if (s[len] == '\0') {
            return labels >= 2 && strspn(s, "0123456789") != len;
        }
        s += len + 1;
    }
}

/* libidn2 would drop what it does not like (with STD3 exa_mple.org becomes
 * example.org and is called a success), so ASCII is looked at before it. */
static bool
has_only_host_bytes(const char *s)
{
    for (; *s != '\0'; s++) {
        unsigned char c = (unsigned char)*s;
        if (c < 0x80 && !isalnum(c) && c != '-' && c != '.') {
            return false;
        }
    }
    return true;
}

static char *
domain_to_ascii(const char *typed)
{
    char *ascii = NULL;
    if (!has_only_host_bytes(typed) ||
        idn2_to_ascii_8z(typed, &ascii,
                         IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) != IDN2_OK) {
        return NULL;
    }
    for (char *c = ascii; *c != '\0'; c++) {
        *c = (char)tolower((unsigned char)*c);
    }
    if (!is_host_name(ascii)) {
        idn2_free(ascii);
        return NULL;
    }
    return ascii;
}

/* text: changed. */
static const char *
read_email(char *text, char out[EMAIL_TEXT_SIZE])
{
    if (strlen(text) >= EMAIL_TEXT_SIZE) {
        return "this email address is too long";
    }
    char *at = strrchr(text, '@');
    if (at == NULL) {
        return "an email address has an @";
    }
    size_t local_len = (size_t)(at - text);
    if (!is_local_part(text, local_len)) {
        return "what stands before the @ cannot be in an email address";
    }
    char *domain = domain_to_ascii(at + 1);
    if (domain == NULL) {
        return "what stands after the @ is not the name of a mail domain";
    }
    bool fits = local_len + 1 + strlen(domain) < EMAIL_TEXT_SIZE;
    if (fits) {
        (void)snprintf(out, EMAIL_TEXT_SIZE, "%.*s@%s", (int)local_len, text,
                       domain);
    }
    idn2_free(domain);
    return fits ? NULL : "this email address is too long";
}

/* A link to write to it: what it would fill in is not part of it. */
static char *
past_mailto(char *text)
{
    char *address = text + (past_scheme(text, "mailto:") - text);
    char *at = strchr(address, '@');
    if (address != text && at != NULL) {
        at[strcspn(at, "?")] = '\0';
    }
    return address;
}

enum err
contact_email(const char *typed, char out[EMAIL_TEXT_SIZE],
              const char **why_out)
{
    char text[PASTED_SIZE];
    if (!pasted_clean(typed, PASTED_ADDRESS, text, sizeof(text))) {
        *why_out = "this email address is too long";
        return ERR_BAD_REQUEST;
    }
    *why_out = read_email(past_mailto(text), out);
    return *why_out == NULL ? ERR_NONE : ERR_BAD_REQUEST;
}
