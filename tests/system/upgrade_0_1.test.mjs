// upgrade_0_1 -- from a var/ of 0.1: see tests/support/upgrade.mjs.
import '../support/upgrade.mjs?0.1';
