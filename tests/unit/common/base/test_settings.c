/* test_settings -- the table is whole, and docs/settings.md says what it says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "common/bus/bus.h"

static void
every_row_is_whole(void **state)
{
    (void)state;
    for (enum setting i = 0; i < SETTING_COUNT; i++) {
        const struct setting_row *row = settings_row(i);
        bool is_number =
            row->type == SETTING_NUMBER || row->type == SETTING_RATE;
        if (row->section[0] == '\0' || row->key[0] == '\0' ||
            row->about[0] == '\0' || (is_number && row->max <= row->min) ||
            (row->type == SETTING_WORD && strchr(row->form, '|') == NULL)) {
            fail_msg("the row of [%s] %s", row->section, row->key);
        }
    }
}

/* What a default in the table is read as, is read with the limits beside it:
 * one that does not keep them would end every program. */
static void
every_default_is_a_value_that_may_be(void **state)
{
    (void)state;
    struct conf *conf = conf_open(NULL);
    for (enum setting i = 0; i < SETTING_COUNT; i++) {
        const struct setting_row *row = settings_row(i);
        bool is_route = strchr(row->section, '<') != NULL;
        const char *name = is_route ? "route.a" : NULL;
        if (strchr(row->key, '<') != NULL) {
            continue; /* the same, but for a name in them */
        }
        if (settings_is_needed(row)) {
            assert_null(settings_usual(row));
        } else if (row->type == SETTING_NUMBER) {
            (void)conf_number_of(conf, i, name);
        } else if (row->type == SETTING_RATE) {
            (void)conf_rate_of(conf, i, name);
        } else if (row->type == SETTING_BOOL) {
            (void)conf_bool_of(conf, i, name);
        } else if (row->type == SETTING_WORD) {
            (void)conf_word_of(conf, i, name);
        }
    }
    conf_close(&conf);
}

static void
no_setting_has_two_rows(void **state)
{
    (void)state;
    for (enum setting i = 0; i < SETTING_COUNT; i++) {
        for (enum setting j = i + 1; j < SETTING_COUNT; j++) {
            const struct setting_row *a = settings_row(i), *b = settings_row(j);
            if (strcmp(a->section, b->section) == 0 &&
                strcmp(a->key, b->key) == 0) {
                fail_msg("[%s] %s", a->section, a->key);
            }
        }
    }
}

static void
limits_that_code_has_too_are_the_same(void **state)
{
    (void)state;
    assert_true(settings_row(SET_INSTANCES)->max == BUS_ENDPOINTS_MAX);
    assert_true(settings_row(SET_INSTANCES_courier)->max == BUS_ENDPOINTS_MAX);
}

static char *
read_docs(void)
{
    const char *source = getenv("MUSTER_SOURCE");
    char *path =
        mem_format("%s/docs/settings.md", source == NULL ? "." : source);
    char *text = mem_new(65536);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        fail_msg("%s is not there: build/bin/muster settings >%s", path, path);
    } else {
        assert_true(fread(text, 1, 65535, file) > 0);
        (void)fclose(file);
    }
    free(path);
    return text;
}

static void
the_reference_says_what_the_table_says(void **state)
{
    (void)state;
    char *kept = read_docs();
    struct buf made;
    buf_init(&made, 0);
    settings_print(&made);
    if (strcmp(kept, buf_string(&made)) != 0) {
        fail_msg("docs/settings.md is old: "
                 "build/bin/muster settings >docs/settings.md");
    }
    buf_fini(&made);
    free(kept);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_whole),
        cmocka_unit_test(every_default_is_a_value_that_may_be),
        cmocka_unit_test(no_setting_has_two_rows),
        cmocka_unit_test(limits_that_code_has_too_are_the_same),
        cmocka_unit_test(the_reference_says_what_the_table_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
