"""What a policy is: values, fields, changes, models, validation, scores, recommendation. No files, no Qt."""
