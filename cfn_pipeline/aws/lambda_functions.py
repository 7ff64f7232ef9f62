"""Functions of AWS Lambda.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
"""

#: The latest runtime of Python.
PYTHON = "python3.14"

#: The most bytes of all variables of a function, which Lambda measures as one JSON object: names,
#: quotes and escapes count.
ENVIRONMENT_BYTES = 4096

#: How long a call of a function may take at most.
LONGEST_SECONDS = 900

#: The most characters of code in a template that every region and tool takes.
INLINE_CHARACTERS = 4096
