/* test_qr -- the SVG is drawn back into modules and read as a scanner would
 * begin to: finders, timing patterns, format information. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/text/text.h"

#define SIDE_MAX 200

struct picture {
    int side; /* without the quiet zone */
    bool dark[SIDE_MAX][SIDE_MAX];
};

/* Draws the black path of the SVG. */
static void
draw(const char *svg, struct picture *picture)
{
    memset(picture, 0, sizeof(*picture));
    int side = 0;
    assert_int_equal(sscanf(strstr(svg, "viewBox"), "viewBox=\"0 0 %d", &side),
                     1);
    picture->side = side - 8;
    assert_in_range(picture->side, 21, SIDE_MAX);
    const char *at = strstr(svg, "#000\" d=\"") + strlen("#000\" d=\"");
    while (*at == 'M') {
        int x, y, run, back, used = 0;
        assert_int_equal(
            sscanf(at, "M%d %dh%dv1h-%dz%n", &x, &y, &run, &back, &used), 4);
        assert_int_equal(run, back);
        for (int i = 0; i < run; i++) {
            picture->dark[y - 4][x - 4 + i] = true;
        }
        at += used;
    }
    assert_int_equal(*at, '"');
}

static void
assert_finder(const struct picture *p, int left, int top)
{
    for (int y = 0; y < 7; y++) {
        for (int x = 0; x < 7; x++) {
            bool edge = x == 0 || x == 6 || y == 0 || y == 6;
            bool heart = x >= 2 && x <= 4 && y >= 2 && y <= 4;
            assert_int_equal(p->dark[top + y][left + x], edge || heart);
        }
    }
}

/* The 15 bits beside the first finder, most significant first, unmasked. */
static int
format_bits(const struct picture *p)
{
    static const int places[15][2] = {{8, 0}, {8, 1}, {8, 2}, {8, 3}, {8, 4},
                                      {8, 5}, {8, 7}, {8, 8}, {7, 8}, {5, 8},
                                      {4, 8}, {3, 8}, {2, 8}, {1, 8}, {0, 8}};
    int bits = 0;
    for (int i = 0; i < 15; i++) {
        bits = bits << 1 | p->dark[places[i][0]][places[i][1]];
    }
    return bits ^ 0x5412;
}

static int
bch_remainder(int bits)
{
    for (int i = 14; i >= 10; i--) {
        if (bits >> i & 1) {
            bits ^= 0x537 << (i - 10);
        }
    }
    return bits;
}

static void
a_ticket_becomes_a_code_that_a_scanner_can_begin_to_read(void **state)
{
    (void)state;
    static struct picture p;
    struct buf svg;
    buf_init(&svg, 0);
    char text[125];
    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    assert_true(qr_add_svg(text, "Ticket", &svg));
    draw(svg.data, &p);
    assert_finder(&p, 0, 0);
    assert_finder(&p, p.side - 7, 0);
    assert_finder(&p, 0, p.side - 7);
    for (int i = 8; i < p.side - 8; i++) {
        assert_int_equal(p.dark[6][i], i % 2 == 0);
        assert_int_equal(p.dark[i][6], i % 2 == 0);
    }
    assert_int_equal(bch_remainder(format_bits(&p)), 0);
    assert_int_equal(format_bits(&p) >> 13, 0); /* 00: level M */
    assert_true(svg.len < 16000);
    buf_fini(&svg);
}

static void
the_title_cannot_break_out_of_its_element(void **state)
{
    (void)state;
    struct buf svg;
    buf_init(&svg, 0);
    assert_true(qr_add_svg("x", "a</title><script>\"&", &svg));
    assert_null(strstr(svg.data, "<script>"));
    assert_non_null(
        strstr(svg.data, "a&lt;/title&gt;&lt;script&gt;&quot;&amp;"));
    buf_fini(&svg);
}

static void
different_texts_give_different_codes_and_the_same_text_the_same(void **state)
{
    (void)state;
    struct buf a, b, c;
    buf_init(&a, 0);
    buf_init(&b, 0);
    buf_init(&c, 0);
    assert_true(qr_add_svg("MU1.abc", "t", &a));
    assert_true(qr_add_svg("MU1.abd", "t", &b));
    assert_true(qr_add_svg("MU1.abc", "t", &c));
    assert_string_not_equal(a.data, b.data);
    assert_string_equal(a.data, c.data);
    buf_fini(&a);
    buf_fini(&b);
    buf_fini(&c);
}

static void
a_text_too_long_or_empty_is_refused_and_nothing_appended(void **state)
{
    (void)state;
    struct buf svg;
    buf_init(&svg, 0);
    char text[QR_TEXT_BYTES_MAX + 2];
    memset(text, 'a', sizeof(text));
    text[QR_TEXT_BYTES_MAX + 1] = '\0';
    assert_false(qr_add_svg(text, "t", &svg));
    assert_false(qr_add_svg("", "t", &svg));
    assert_int_equal(svg.len, 0);
    text[QR_TEXT_BYTES_MAX] = '\0';
    assert_true(qr_add_svg(text, "t", &svg));
    buf_fini(&svg);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            a_ticket_becomes_a_code_that_a_scanner_can_begin_to_read),
        cmocka_unit_test(the_title_cannot_break_out_of_its_element),
        cmocka_unit_test(
            different_texts_give_different_codes_and_the_same_text_the_same),
        cmocka_unit_test(
            a_text_too_long_or_empty_is_refused_and_nothing_appended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
