"""The management console's domain in each partition that has CodePipeline.

https://docs.aws.amazon.com/general/latest/gr/rande.html
"""

CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-eusc": "console.amazonaws-eusc.eu",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
