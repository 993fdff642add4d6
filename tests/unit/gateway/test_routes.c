/* test_routes -- the table as a table: what finds which row, with what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "services/gateway/routes.h"

static char params[PARAMS_MAX][PARAM_SIZE];

static const char *
find(enum http_method method, const char *path)
{
    unsigned allowed;
    const struct route *route = routes_find(method, path, params, &allowed);
    return route == NULL ? "(none)" : route->path;
}

static void
each_path_finds_its_own_row(void **state)
{
    static const struct {
        enum http_method method;
        const char *path, *row, *params[3];
    } rows[] = {
        {HTTP_GET, "/", "/", {NULL}},
        {HTTP_HEAD, "/", "/", {NULL}},
        {HTTP_GET, "/t/ABC", "/t/{code}", {"ABC"}},
        {HTTP_GET, "/t/ABC.svg", "/t/{code}.svg", {"ABC"}},
        {HTTP_GET, "/t/.svg", "/t/{code}", {".svg"}},
        {HTTP_GET, "/assets/js/a.js", "/assets/{file*}", {"js/a.js"}},
        {HTTP_GET,
         "/here/c/a/g%20h",
         "/here/{c}/{a}/{gate}",
         {"c", "a", "g h"}},
        {HTTP_POST,
         "/v1/campaigns/x/actions/y/checkins",
         "/v1/campaigns/{c}/actions/{a}/checkins",
         {"x", "y"}},
        {HTTP_GET,
         "/v1/campaigns/x/broadcasts/y/stream",
         "/v1/campaigns/{c}/broadcasts/{b}/stream",
         {"x", "y"}},
        {HTTP_GET,
         "/v1/campaigns/x/broadcasts/y",
         "/v1/campaigns/{c}/broadcasts/{b}",
         {"x", "y"}},
        {HTTP_PUT, "/v1/campaigns/x", "/v1/campaigns/{c}", {"x"}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_string_equal(find(rows[i].method, rows[i].path), rows[i].row);
        for (int p = 0; p < 3 && rows[i].params[p] != NULL; p++) {
            assert_string_equal(params[p], rows[i].params[p]);
        }
    }
}

static void
what_is_nearly_a_path_finds_nothing(void **state)
{
    static const char *const paths[] = {
        "",
        "/v1",
        "/v1/",
        "/v1/campaigns/",
        "/v1/campaigns/x/",
        "/v1/campaigns/x/actions/",
        "/v1/campaigns//actions",
        "/V1/campaigns",
        "/t/",
        "/t/a/b",
        "/assets/",
        "/login/",
        "/t/%00",
        "/t/%zz",
        "/t/%2",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        if (strcmp(find(HTTP_GET, paths[i]), "(none)") != 0) {
            fail_msg("%s found %s", paths[i], find(HTTP_GET, paths[i]));
        }
    }
}

static void
a_parameter_that_is_too_long_finds_nothing(void **state)
{
    char path[PARAM_SIZE + 8] = "/t/";
    (void)state;
    memset(path + 3, 'a', PARAM_SIZE - 1);
    assert_string_equal(find(HTTP_GET, path), "/t/{code}");
    path[3 + PARAM_SIZE - 1] = 'a';
    assert_string_equal(find(HTTP_GET, path), "(none)");
}

static void
a_wrong_method_is_told_the_right_ones(void **state)
{
    unsigned allowed;
    (void)state;
    assert_null(
        routes_find(HTTP_PATCH, "/v1/campaigns/x/staff", params, &allowed));
    assert_int_equal(allowed, HTTP_GET | HTTP_POST);
    assert_null(routes_find(HTTP_GET, "/nothing", params, &allowed));
    assert_int_equal(allowed, 0);
}

static void
every_row_has_roles_a_scope_and_a_handler_and_acts_have_names(void **state)
{
    size_t count;
    const struct route *all = routes_all(&count);
    (void)state;
    assert_true(count > 40);
    for (size_t i = 0; i < count; i++) {
        const struct route *r = &all[i];
        bool is_public = (r->roles & ROLE_NOBODY) != 0;
        bool is_get = r->method == HTTP_GET;
        if (!route_is_sound(r)) {
            fail_msg("%s lacks roles, scope or handler, or its path does not "
                     "name what its scope is of",
                     r->path);
        }
        /* Public or for named roles, never both; wider roles are in. */
        assert_true(!is_public || (r->roles & 0xffffu) == ROLE_NOBODY);
        assert_true(is_public || (r->roles & ROLE_ADMIN) != 0);
        assert_true(is_public || route_known(r) == 0);
        /* A token of role signups signs up, and gets in nowhere else. */
        unsigned anyhow = r->roles | route_known(r);
        assert_int_equal((anyhow & ROLE_SIGNUPS) != 0,
                         r->method == HTTP_POST &&
                             strcmp(r->path, "/v1/campaigns/{c}/signups") == 0);
        /* Reading is no act, but for numbers that are to be rung. */
        bool is_list_of_numbers =
            r->act != NULL && strcmp(r->act, "calls.list") == 0;
        assert_true(!is_get || r->act == NULL || is_list_of_numbers);
        for (size_t other = 0; other < i; other++) {
            assert_false(all[other].method == r->method &&
                         strcmp(all[other].path, r->path) == 0);
        }
    }
}

static void
handle_nothing(struct exchange *x)
{
    (void)x;
}

/* What the macros of route.h refuse to build, made by hand. */
static void
a_row_that_does_not_say_whose_it_is_is_refused(void **state)
{
    static const struct {
        const char *path;
        unsigned roles;
        enum scope scope;
        bool is_page, want;
    } rows[] = {
        {"/v1/campaigns/{c}/x", ADMINS, SCOPE_CAMPAIGN, false, true},
        {"/v1/campaigns/{c}/x", ADMINS, (enum scope)0, false, false},
        {"/v1/campaigns/{c}/x", 0, SCOPE_CAMPAIGN, false, false},
        {"/v1/campaigns/{c}/x", ADMINS, SCOPE_SELF, false, false},
        {"/v1/campaigns/{c}/x", PUBLIC, SCOPE_OPEN, false, false},
        {"/v1/campaigns/{c}/x", ADMINS, SCOPE_ACTION, false, false},
        {"/v1/campaigns/{c}/{a}", ADMINS, SCOPE_ACTION, false, true},
        {"/v1/campaigns/{c}/{a}", ADMINS, SCOPE_CAMPAIGN, false, false},
        {"/v1/campaigns/{c}/{a}", ADMINS, SCOPE_GATE, false, false},
        {"/here/{c}/{a}/{gate}", PUBLIC, SCOPE_GATE, true, true},
        {"/console", ADMINS, SCOPE_CAMPAIGN, true, true},
        {"/v1/console", ADMINS, SCOPE_CAMPAIGN, false, false},
        {"/v1/session", ALL_STAFF, SCOPE_SELF, false, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct route row = {.method = HTTP_GET,
                                  .path = rows[i].path,
                                  .roles = rows[i].roles,
                                  .scope = rows[i].scope,
                                  .is_page = rows[i].is_page,
                                  .handle = handle_nothing};
        if (route_is_sound(&row) != rows[i].want) {
            fail_msg("row %zu, %s, scope %s: want %d", i, rows[i].path,
                     scope_name(rows[i].scope), rows[i].want);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_path_finds_its_own_row),
        cmocka_unit_test(what_is_nearly_a_path_finds_nothing),
        cmocka_unit_test(a_parameter_that_is_too_long_finds_nothing),
        cmocka_unit_test(a_wrong_method_is_told_the_right_ones),
        cmocka_unit_test(
            every_row_has_roles_a_scope_and_a_handler_and_acts_have_names),
        cmocka_unit_test(a_row_that_does_not_say_whose_it_is_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
