#!/usr/bin/env node
'use strict';
require('./door')('data');
