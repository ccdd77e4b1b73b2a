/** The doors alone: an empty bundle with its compiled code. */
