/* test_likeness -- whether two typed names are one person's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "services/signup/people/likeness.h"

static const char *const words[] = {"same", "unsure", "other"};

struct pair {
    const char *a, *b;
};

static void
check(const struct pair *pairs, size_t count, enum likeness want)
{
    for (size_t i = 0; i < count; i++) {
        enum likeness got = likeness_compare(pairs[i].a, pairs[i].b);
        enum likeness back = likeness_compare(pairs[i].b, pairs[i].a);
        if (got != want || back != want) {
            fail_msg("\"%s\" and \"%s\": got %s and %s, want %s", pairs[i].a,
                     pairs[i].b, words[got], words[back], words[want]);
        }
    }
}

#define CHECK(pairs, want)                                                     \
    check(pairs, sizeof(pairs) / sizeof((pairs)[0]), want)

static void
one_name_typed_in_twelve_ways_is_the_same(void **state)
{
    (void)state;
    const char *spellings[] = {
        "Amy Jones",      "amy jones",         "AMY JONES",
        "  Amy   Jones ", "Ámy Jônes",         "Ms Amy Jones",
        "Amy-Jones",      "Jones, Amy",        "Amy Jones.",
        "Dr. Amy  JONES", "A\xcc\x81my Jones", "Amy\xc2\xa0Jones"};
    for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
        check(&(struct pair){spellings[0], spellings[i]}, 1, LIKENESS_SAME);
    }
}

static void
what_cannot_tell_people_apart_makes_no_difference(void **state)
{
    (void)state;
    const struct pair pairs[] = {
        {"Siân Wŷn", "Sian Wyn"},
        {"Zoë Bell", "ZOE BELL"},
        {"D'Arcy Lee", "DArcy Lee"},
        {"D’Arcy Lee", "D'Arcy Lee"},
        {"Anne-Marie Lee", "Anne Marie Lee"},
        {"Anne\xe2\x80\x91Marie Lee", "Anne Marie Lee"},
        {"Łukasz Żak", "Lukasz Zak"},
        {"Nguyễn Thị Hoa", "Nguyen Thi Hoa"},
        {"Bjørn Sørensen", "Bjorn Sorensen"},
        {"Jürgen Groß", "Jurgen Gross"},
        {"Ἀννα Παπά", "Ἀννα ΠΑΠΑ"},
        {"Марія КОВАЛЬ", "марія коваль"},
        {"Алёна Ким", "Алена Ким"},
        {"王芳", "王芳"},
        {"Ａｍｙ Jones", "Amy Jones"},
        {"Am\xe2\x80\x8by Jones", "Amy Jones"},
        {"Cllr Bob Hill", "Bob Hill"},
        {"Rev. Bob Hill", "Dr Bob Hill"},
        {"Mrs Amy Jones", "Miss Amy Jones"},
        {"Mrs J Smith", "mrs. j. smith"},
    };
    CHECK(pairs, LIKENESS_SAME);
}

static void
what_may_be_one_person_is_asked(void **state)
{
    (void)state;
    const struct pair pairs[] = {
        {"Jo Lee", "Joanna Lee"},
        {"A Jones", "Amy Jones"},
        {"A. Jones", "Amy Jones"},
        {"AJ Jones", "Amy Jane Jones"},
        {"Bob Hill", "Robert Hill"},
        {"Rob Hill", "Robert Hill"},
        {"Liz Hill", "Elizabeth Hill"},
        {"Amy Jnoes", "Amy Jones"},
        {"Amy Jone", "Amy Jones"},
        {"Jonathan Lee", "Jonathon Lee"},
        {"Catherine Lee", "Katherine Lee"},
        {"Jon Lee", "John Lee"},
        {"Ann Lee", "Anne Lee"},
        {"Amy", "Amy Jones"},
        {"Jones", "Amy Jones"},
        {"Ann Jones", "Mary Ann Jones"},
        {"Jones Amy", "Amy Jones"},
        {"AnneMarie Lee", "Anne Marie Lee"},
        {"John Smith", "John Smith Jr"},
        {"Amy and Tom Jones", "Amy Jones"},
        {"Mrs J Smith", "J Smith"},
        {"Mrs Smith", "Miss Smith"},
        {"Mr & Mrs Smith", "Mr Smith"},
        /* a couple of one first name: nothing else tells them apart */
        {"Mr Sam Jones", "Mrs Sam Jones"},
        {"Fatima Ali", "Fatimah Ali"},
        {"", "Bob"},
        {"\xe2\x80\x8b", "Bob"},
    };
    CHECK(pairs, LIKENESS_UNSURE);
}

static void
another_name_is_another_person(void **state)
{
    (void)state;
    const struct pair pairs[] = {
        {"Ann Smith", "Bob Smith"},
        {"Amy Jones", "Tom Jones"},
        {"Tom Lee", "Tim Lee"},
        {"Tom Jones", "Zoe Jones"},
        {"Tom Jones", "Tim Jones"},
        {"Ann Smith", "Ann Jones"},
        {"Mr J Smith", "Mrs J Smith"},
        {"Mr Smith", "Mrs Smith"},
        {"Mr A Jones", "Mrs Amy Jones"},
        {"Ian Hill", "Zoë Hill"},
        {"王芳", "王伟"},
        {"王芳", "李芳"},
        {"Олена Коваль", "Ірина Коваль"},
        {"Maya Patel", "Ravi Patel"},
        {"Jo Lee", "Sam Lee"},
    };
    CHECK(pairs, LIKENESS_OTHER);
}

/* What is hashed to find two entries of one name. */
static void
a_normalised_name_is_short_and_plain(void **state)
{
    (void)state;
    const char *rows[][2] = {
        {"  Dr. Amy  JONES ", "amy jones"},
        {"Jones, Amy", "amy jones"},
        {"Mrs J Smith", "mrs j smith"},
        {"Mr. & Mrs. Smith", "mr mrs smith"},
        {"Dr", "dr"},
        {"Mr", "mr"},
        {"Siân Æsop", "sian aesop"},
        {"…", ""},
        {"\xe2\xa0\x80", ""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char out[NAME_BYTES_MAX + 1];
        size_t len = likeness_normalise(rows[i][0], out);
        assert_string_equal(out, rows[i][1]);
        assert_int_equal(len, strlen(out));
    }
}

/* Same is what has one normalised name, whatever was typed: else two entries
 * would be counted once and never joined. And no name is too long for it. */
static void
longest_names_fit(void **state)
{
    (void)state;
    const char *letters[] = {"a", "ß", "王", "\xf0\x9f\x99\x82", "Þ ", "a "};
    for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
        char name[NAME_BYTES_MAX + 1] = "", out[NAME_BYTES_MAX + 1];
        while (strlen(name) + strlen(letters[i]) <= NAME_BYTES_MAX) {
            strcat(name, letters[i]);
        }
        assert_true(likeness_normalise(name, out) > 0);
        assert_int_equal(likeness_compare(name, name), LIKENESS_SAME);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_name_typed_in_twelve_ways_is_the_same),
        cmocka_unit_test(what_cannot_tell_people_apart_makes_no_difference),
        cmocka_unit_test(what_may_be_one_person_is_asked),
        cmocka_unit_test(another_name_is_another_person),
        cmocka_unit_test(a_normalised_name_is_short_and_plain),
        cmocka_unit_test(longest_names_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
