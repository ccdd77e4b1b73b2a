#!/usr/bin/env node
'use strict';
require('./door')('collect-hue');
