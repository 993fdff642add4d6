/* test_ticket -- tickets and their codes: read back, never forged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "checkin_rows.h"
#include "common/text/text.h"
#include "services/checkin/tickets/ticket.h"
#include "tests/support/rigs/old_ticket.h"

static struct ticket_keys keys, other_keys;

static int
make_keys(void **state)
{
    (void)state;
    struct crypto_key a = {{1, 2, 3}}, b = {{1, 2, 4}};
    crypto_init();
    ticket_keys_derive(&a, &keys);
    ticket_keys_derive(&b, &other_keys);
    return 0;
}

static const struct ticket tickets[] = {
    {.campaign = 1, .action = 1, .number = 0, .party = 1},
    {.campaign = 1, .action = 1, .number = 1, .party = 1, .role = 3},
    {.campaign = 513, .action = 7, .number = 70000, .party = 49, .role = 255},
    {.campaign = TICKET_CAMPAIGN_MAX,
     .action = TICKET_ACTION_MAX,
     .number = TICKET_NUMBER_MAX,
     .party = 255,
     .role = 255,
     .flags = 255},
};
#define TICKETS (sizeof(tickets) / sizeof(*tickets))

static void
assert_same_person(const struct ticket *got, const struct ticket *want)
{
    assert_int_equal(got->campaign, want->campaign);
    assert_int_equal(got->action, want->action);
    assert_int_equal(got->number, want->number);
}

static const char *
scanned_of(const struct ticket_keys *with, const struct ticket *ticket)
{
    static char text[2][TICKET_SCANNED_CHARS + 8];
    static int which;
    struct buf buf;
    buf_init(&buf, 0);
    ticket_write_scanned(with, ticket, &buf);
    assert_int_equal(buf.len, TICKET_SCANNED_CHARS);
    char *to = text[which++ % 2];
    strcpy(to, buf.data);
    buf_fini(&buf);
    return to;
}

static void
a_scanned_ticket_reads_back_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < TICKETS; i++) {
        struct ticket got;
        assert_true(
            ticket_read_scanned(&keys, scanned_of(&keys, &tickets[i]), &got));
        assert_same_person(&got, &tickets[i]);
        assert_int_equal(got.party, tickets[i].party);
        assert_int_equal(got.role, tickets[i].role);
        assert_int_equal(got.flags, tickets[i].flags);
        assert_true(got.is_full);
    }
}

static void
a_code_reads_back_who_and_where(void **state)
{
    (void)state;
    for (size_t i = 0; i < TICKETS; i++) {
        char code[TICKET_CODE_SIZE];
        struct ticket got;
        ticket_write_code(&keys, &tickets[i], code);
        assert_int_equal(strlen(code), TICKET_CODE_CHARS);
        assert_true(ticket_read_code(&keys, code, &got));
        assert_same_person(&got, &tickets[i]);
        assert_false(got.is_full);
    }
}

static void
the_same_ticket_always_gives_the_same_texts(void **state)
{
    (void)state;
    assert_string_equal(scanned_of(&keys, &tickets[2]),
                        scanned_of(&keys, &tickets[2]));
    char a[TICKET_CODE_SIZE], b[TICKET_CODE_SIZE];
    ticket_write_code(&keys, &tickets[2], a);
    ticket_write_code(&keys, &tickets[2], b);
    assert_string_equal(a, b);
}

/* Writes code as a person might: every 0 and 1 as a letter, small, dashes. */
static void
write_carelessly(const char *code, char *to)
{
    for (int i = 0; code[i] != '\0'; i++) {
        char c = code[i];
        if (i % 5 == 4) {
            *to++ = i % 2 == 0 ? '-' : ' ';
        }
        *to++ = (char)(c == '0'               ? (i % 2 ? 'o' : 'O')
                       : c == '1'             ? (i % 2 ? 'l' : 'I')
                       : c >= 'A' && c <= 'Z' ? c - 'A' + 'a'
                                              : c);
    }
    *to = '\0';
}

/* "*" stands for the code, "#" at the beginning for it in full width. */
static const char *const pasted[] = {
    "*\r",
    "*\n",
    "*\r\n",
    "*\t",
    " * ",
    "\u200b*",
    "\ufeff*",
    "\u202a*\u202c",
    "\u00a0*\u00a0",
    "#",
    "https://muster.example/t/*",
    "HTTPS://MUSTER.EXAMPLE/T/*",
    "https://muster.example/t/*.svg",
    "https://muster.example/t/*?from=mail#qr",
    "http://localhost:8080/t/*\r\n",
    "muster.example/t/*/",
    "/t/*",
};

static const char *const parted_by[] = {
    "-",
    " ",
    ".",
    ", ",
    "_",
    "\t",
    "\u2011",
    "\u2013",
    "\u00a0",
    "\u2212",
    "\u00b7",
    "\u2022",
    "\u2009\u2014 ",
    "\u00ad",
    "\u200b",
};

static void
add_wide(struct buf *to, const char *code)
{
    for (; *code != '\0'; code++) {
        char bytes[UTF8_BYTES_MAX];
        buf_add(to, bytes, utf8_put(0xff01 + (uint32_t)(*code - '!'), bytes));
    }
}

static void
assert_reads(const char *typed, const struct ticket *want)
{
    struct ticket got;
    if (!ticket_read_code(&keys, typed, &got) ||
        !ticket_read_any(&keys, typed, &got)) {
        fail_msg("\"%s\" was not read", typed);
    }
    assert_same_person(&got, want);
}

static void
a_code_pasted_with_what_stands_round_it_is_the_code(void **state)
{
    (void)state;
    char code[TICKET_CODE_SIZE];
    ticket_write_code(&keys, &tickets[2], code);
    for (size_t i = 0; i < sizeof(pasted) / sizeof(pasted[0]); i++) {
        struct buf typed;
        buf_init(&typed, 0);
        for (const char *at = pasted[i]; *at != '\0'; at++) {
            if (*at == '*') {
                buf_add_string(&typed, code);
            } else if (*at == '#' && at == pasted[i]) {
                add_wide(&typed, code);
            } else {
                buf_add_byte(&typed, (uint8_t)*at);
            }
        }
        assert_reads(buf_string(&typed), &tickets[2]);
        buf_fini(&typed);
    }
}

static void
its_groups_may_be_parted_by_anything_that_parts(void **state)
{
    (void)state;
    char code[TICKET_CODE_SIZE];
    ticket_write_code(&keys, &tickets[2], code);
    for (size_t i = 0; i < sizeof(parted_by) / sizeof(parted_by[0]); i++) {
        struct buf typed;
        buf_init(&typed, 0);
        for (int group = 0; group < 4; group++) {
            buf_printf(&typed, "%s%.5s", group == 0 ? "" : parted_by[i],
                       code + (ptrdiff_t)5 * group);
        }
        assert_reads(buf_string(&typed), &tickets[2]);
        buf_fini(&typed);
    }
}

static void
a_scanner_ends_its_line(void **state)
{
    (void)state;
    struct buf typed;
    struct ticket got;
    buf_init(&typed, 0);
    buf_printf(&typed, "\ufeff%s\r\n", scanned_of(&keys, &tickets[2]));
    assert_true(ticket_read_scanned(&keys, buf_string(&typed), &got));
    assert_true(ticket_read_any(&keys, buf_string(&typed), &got));
    assert_same_person(&got, &tickets[2]);
    buf_fini(&typed);
}

static void
an_address_without_a_code_is_none(void **state)
{
    (void)state;
    struct ticket got;
    const char *bad[] = {"/t/", "https://muster.example/t/.svg", "/t/?x",
                         "https://muster.example/p/0123456789ABCDEFGHJK",
                         "\u200b\u00a0"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(ticket_read_any(&keys, bad[i], &got));
    }
}

static void
a_code_typed_carelessly_is_understood(void **state)
{
    (void)state;
    for (uint32_t number = 0; number < 200; number++) {
        struct ticket ticket = {.campaign = 32, .action = 1, .number = number};
        struct ticket got;
        char code[TICKET_CODE_SIZE], typed[2 * TICKET_CODE_SIZE];
        ticket_write_code(&keys, &ticket, code);
        write_carelessly(code, typed);
        if (!ticket_read_code(&keys, typed, &got)) {
            fail_msg("%s was not read as %s", typed, code);
        }
        assert_same_person(&got, &ticket);
    }
}

static void
what_is_not_a_code_is_refused(void **state)
{
    (void)state;
    char code[TICKET_CODE_SIZE];
    ticket_write_code(&keys, &tickets[1], code);
    char longer[TICKET_CODE_SIZE + 1], dashes[CODE_TYPED_BYTES_MAX + 2];
    (void)snprintf(longer, sizeof(longer), "%s0", code);
    memset(dashes, '-', sizeof(dashes));
    strcpy(dashes + sizeof(dashes) - TICKET_CODE_SIZE, code);
    char u[TICKET_CODE_SIZE], cut[TICKET_CODE_SIZE];
    strcpy(u, code);
    u[3] = 'U';
    strcpy(cut, code);
    cut[TICKET_CODE_CHARS - 1] = '\0';
    const char *const bad[] = {"",     "-",    " ", "MU1.", "0123456789ABCD",
                               longer, dashes, u,   cut,    "\xc3\xa9tude"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct ticket got;
        if (ticket_read_code(&keys, bad[i], &got)) {
            fail_msg("\"%s\" was read as a code", bad[i]);
        }
    }
}

static void
no_change_of_one_character_leaves_a_code_valid(void **state)
{
    (void)state;
    char code[TICKET_CODE_SIZE];
    struct ticket got;
    ticket_write_code(&keys, &tickets[2], code);
    for (int i = 0; i < TICKET_CODE_CHARS; i++) {
        char was = code[i];
        code[i] = was == '7' ? '8' : '7';
        assert_false(ticket_read_code(&keys, code, &got));
        code[i] = was;
    }
    assert_true(ticket_read_code(&keys, code, &got));
}

static void
no_change_of_who_where_or_mac_leaves_a_scanned_ticket_valid(void **state)
{
    (void)state;
    char text[TICKET_SCANNED_CHARS + 1];
    struct ticket got;
    strcpy(text, scanned_of(&keys, &tickets[2]));
    /* 24 bytes of body and MAC are the first 32 characters of base64url. */
    for (int i = 0; i < 4 + 32; i++) {
        char was = text[i];
        text[i] = was == 'A' ? 'B' : 'A';
        assert_false(ticket_read_scanned(&keys, text, &got));
        text[i] = was;
    }
    assert_true(ticket_read_scanned(&keys, text, &got));
    text[TICKET_SCANNED_CHARS - 1] = '\0';
    assert_false(ticket_read_scanned(&keys, text, &got));
    assert_false(ticket_read_scanned(&keys, "", &got));
}

static void
tickets_of_another_key_are_refused(void **state)
{
    (void)state;
    char code[TICKET_CODE_SIZE];
    struct ticket got;
    ticket_write_code(&other_keys, &tickets[2], code);
    assert_false(ticket_read_code(&keys, code, &got));
    assert_false(
        ticket_read_scanned(&keys, scanned_of(&other_keys, &tickets[2]), &got));
}

static void
a_gate_without_network_verifies_by_the_public_key_alone(void **state)
{
    (void)state;
    uint8_t all[88];
    const char *text = scanned_of(&keys, &tickets[2]);
    assert_int_equal(
        crypto_read_base64url(text + 4, strlen(text) - 4, all, sizeof(all)),
        sizeof(all));
    assert_true(crypto_verify(keys.public_key, all, TICKET_BODY_ROW_BYTES,
                              all + TICKET_BODY_ROW_BYTES + 8));
    assert_false(crypto_verify(other_keys.public_key, all,
                               TICKET_BODY_ROW_BYTES,
                               all + TICKET_BODY_ROW_BYTES + 8));
    all[7] ^= 1; /* another supporter's number */
    assert_false(crypto_verify(keys.public_key, all, TICKET_BODY_ROW_BYTES,
                               all + TICKET_BODY_ROW_BYTES + 8));
}

static void
a_code_of_the_version_before_is_read_and_told_from_a_new_one(void **state)
{
    (void)state;
    const struct crypto_key key = {{1, 2, 3}};
    static const struct {
        struct ticket ticket;
        const char *code; /* as 0.1 wrote it */
    } rows[] = {
        {{.campaign = 1, .action = 1, .number = 1}, "010100003F0DEK"},
        {{.campaign = 513, .action = 7, .number = 70000}, "G107048Q0NSQVM"},
        {{.campaign = 1023, .action = 1023, .number = 16777215},
         "ZZZZZZZZYV0XRD"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        char made[OLD_TICKET_SIZE], new_code[TICKET_CODE_SIZE];
        struct ticket got;
        old_ticket_code(&key, rows[i].ticket.campaign, rows[i].ticket.action,
                        rows[i].ticket.number, made);
        assert_string_equal(made, rows[i].code);
        assert_true(ticket_read_code(&keys, rows[i].code, &got));
        assert_same_person(&got, &rows[i].ticket);
        assert_true(got.is_old);
        assert_false(ticket_read_code(&other_keys, rows[i].code, &got));
        ticket_write_code(&keys, &rows[i].ticket, new_code);
        assert_true(ticket_read_code(&keys, new_code, &got));
        assert_false(got.is_old);
    }
}

static void
a_code_is_understood_as_printed_pasted_or_dictated(void **state)
{
    (void)state;
    char code[TICKET_CODE_SIZE], text[CODE_TYPED_BYTES_MAX + 1];
    static const struct {
        const char *before, *between, *after;
    } forms[] = {{"", "-", ""},       {"", " ", ""},    {"", ".", ""},
                 {"", "", "\r"},      {"", " - ", ""},  {"", "", "\n"},
                 {"\t", "-", "\r\n"}, {" ", "\t", "\t"}};
    ticket_write_code(&keys, &tickets[2], code);
    for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
        struct ticket got;
        const char *between = forms[i].between;
        (void)snprintf(text, sizeof(text), "%s%.5s%s%.5s%s%.5s%s%.5s%s",
                       forms[i].before, code, between, code + 5, between,
                       code + 10, between, code + 15, forms[i].after);
        if (!ticket_read_code(&keys, text, &got)) {
            fail_msg("\"%s\" was not read", text);
        }
        assert_same_person(&got, &tickets[2]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scanned_ticket_reads_back_whole),
        cmocka_unit_test(a_code_reads_back_who_and_where),
        cmocka_unit_test(the_same_ticket_always_gives_the_same_texts),
        cmocka_unit_test(a_code_pasted_with_what_stands_round_it_is_the_code),
        cmocka_unit_test(its_groups_may_be_parted_by_anything_that_parts),
        cmocka_unit_test(a_scanner_ends_its_line),
        cmocka_unit_test(an_address_without_a_code_is_none),
        cmocka_unit_test(a_code_typed_carelessly_is_understood),
        cmocka_unit_test(
            a_code_of_the_version_before_is_read_and_told_from_a_new_one),
        cmocka_unit_test(a_code_is_understood_as_printed_pasted_or_dictated),
        cmocka_unit_test(what_is_not_a_code_is_refused),
        cmocka_unit_test(no_change_of_one_character_leaves_a_code_valid),
        cmocka_unit_test(
            no_change_of_who_where_or_mac_leaves_a_scanned_ticket_valid),
        cmocka_unit_test(tickets_of_another_key_are_refused),
        cmocka_unit_test(
            a_gate_without_network_verifies_by_the_public_key_alone),
    };
    return cmocka_run_group_tests(tests, make_keys, NULL);
}
