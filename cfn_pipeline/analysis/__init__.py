"""What CloudFormation templates of any origin mean: names, conditions, pipelines, grants."""
