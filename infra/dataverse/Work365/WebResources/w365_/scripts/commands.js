// What the command bar's buttons call. Every button creates a row of w365_job and nothing else: Dataverse checks that the person
// may, the functions do the work, and the row says what became of it. No button calls this file yet.
"use strict";

var Work365 = window.Work365 || {};
Work365.Commands = Work365.Commands || {};
